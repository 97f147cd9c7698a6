/** A publisher hangs on the right of who registered it, and ends within 5 s of its going, whichever way that goes. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closed, registerResponse } from "#db/protocol/publisher";
import { publish, type RawChannel, type RawPublisher, rawPublisher, registration } from "../fakes/raw-publisher.ts";
import type { Api } from "../harness/api-client.ts";
import { password, personWith } from "../harness/people.ts";
import { rows } from "../harness/rows.ts";
import { costsNothing } from "../harness/statements.ts";
import { until } from "../harness/until.ts";
import { newPods, type Pods } from "../identity/pods.ts";
import { verifies } from "../requirements.ts";
import { answered, completion, type Publishers, startPublishers } from "./publishers.ts";

const REVOKED_WITHIN_MS = 5_000;
const publishing = [{ role: "create", resource: "llms" }];

let p: Publishers;
beforeAll(async () => {
  p = await startPublishers();
});
afterAll(() => p?.edge.stop());

const ok = async (method: string, path: string, body?: unknown, api = p.admin) => {
  const answer = await api.call(method, `/api/v1/${path}`, body);
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body as Record<string, unknown>;
};

/** A user who may publish. @returns them, logged in. */
const person = (name: string, bindings: object[] = publishing): Promise<Api> => personWith(p.admin, name, bindings);
async function tokenOf(api: Api, name: string, expiry = "never"): Promise<{ api: Api; id: string }> {
  const { token, id } = await ok("POST", "auth/tokens", { name, expiry }, api);
  return { api: api.as(String(token)), id: String(id) };
}

/** Published under this name by whoever `api` is, with an open channel. */
async function published(api: Api, name: string): Promise<{ publisher: RawPublisher; channel: RawChannel }> {
  const publisher = await publish(api, { names: [name] });
  return { publisher, channel: await publisher.open() };
}

/** That it has ended, for good and in every respect. @param began when the right went. */
async function hasEnded(name: string, { publisher, channel }: Awaited<ReturnType<typeof published>>, began: number) {
  await until("the channel has ended", () => channel.ended, REVOKED_WITHIN_MS);
  await p.becomes(name, "inactive");
  expect(performance.now() - began).toBeLessThan(REVOKED_WITHIN_MS);
  const last = channel.events.at(-1);
  expect(last?.event).toBe("closed");
  expect(closed.parse(JSON.parse(last?.data ?? ""))).toMatchObject({
    because: "revoked",
    message: expect.stringMatching(/\w/),
  });
  const beat = await publisher.heartbeat();
  expect([401, 403]).toContain(beat.status);
  expect(JSON.stringify(beat.body)).toMatch(/register/i);
  expect((await publisher.open()).status).toBe(beat.status);
  expect((await publisher.result("any", answered(completion))).status).toBe(beat.status);
  expect(await p.chat(name)).toMatchObject({ status: 503, body: { error: { code: "publisher_offline" } } });
}

/** What the audit trail has of the end of one's session, as soon as it has something. */
async function endsInTrail(session: string): Promise<Record<string, unknown>[]> {
  const found = () =>
    rows(
      p.edge.databaseUrl,
      `select kind, principal, payload from auditevent where payload->>'action' = 'publisher-ended' and payload->>'name' = '${session}'`,
    );
  await until("the trail has its end", async () => (await found()).length > 0, 10_000);
  return found();
}

/** Name → who publishes, and how the right to it goes. */
const ways: Record<string, () => Promise<{ api: Api; goes: () => Promise<unknown> }>> = {
  "the token is deleted": async () => {
    const owner = await person("token-owner");
    const { api } = await tokenOf(owner, "gpu");
    return { api, goes: () => ok("DELETE", "auth/tokens/gpu", undefined, owner) };
  },
  "the session is ended": async () => {
    const { api, id } = await tokenOf(await person("session-owner"), "gpu");
    return { api, goes: () => ok("DELETE", `sessions/${id}`) };
  },
  "the login is logged out": async () => {
    const api = await person("leaver");
    return { api, goes: () => ok("POST", "auth/logout", undefined, api) };
  },
  "the password is changed": async () => {
    const api = await person("changer");
    return { api, goes: () => ok("PATCH", "users/changer", { password: `${password} anew` }) };
  },
  "the definition is deleted": async () => ({
    api: await person("defined"),
    goes: () => ok("DELETE", "rbac/defined"),
  }),
  "the binding is narrowed to a name": async () => ({
    api: await person("narrowed"),
    goes: () => ok("PATCH", "rbac/narrowed", { bindings: [{ ...publishing[0], name: "another" }] }),
  }),
  "the group lets its member go": async () => {
    const api = await person("member", []);
    await ok("POST", "groups", { name: "hosts", members: ["member"] });
    await ok("POST", "rbac", { name: "hosts", subjects: [{ kind: "Group", name: "hosts" }], bindings: publishing });
    return { api, goes: () => ok("PATCH", "groups/hosts", { members: [] }) };
  },
  "the user is deleted": async () => {
    const owner = await person("fired", []);
    await ok("POST", "groups", { name: "staff", members: ["fired"] });
    await ok("POST", "rbac", { name: "staff", subjects: [{ kind: "Group", name: "staff" }], bindings: publishing });
    const { api } = await tokenOf(owner, "gpu");
    const goes = async () => {
      await ok("PATCH", "groups/staff", { members: [] });
      await ok("DELETE", "users/fired");
    };
    return { api, goes };
  },
  "the token expires": async () => {
    const owner = await person("expirer");
    // Last of all, and long enough for a busy machine to publish with it.
    const expiry = new Date(Date.now() + 8_000);
    const { api } = await tokenOf(owner, "gpu", expiry.toISOString());
    return { api, goes: () => until("it has expired", () => Date.now() > expiry.getTime()) };
  },
};

/** Together, because each ends after seconds; all are made beforehand, so that nothing busy falls into those. */
describe.concurrent("a publisher ends within 5 s when", () => {
  const ready = new Map<string, () => Promise<void>>();
  beforeAll(async () => {
    for (const [way, make] of Object.entries(ways)) {
      const name = way.replaceAll(" ", "-");
      const { api, goes } = await make();
      const session = await published(api, name);
      const asked = p.chat(name);
      await session.channel.next("infer");
      ready.set(way, async () => {
        await goes();
        await hasEnded(name, session, performance.now());
        expect(await asked).toMatchObject({ status: 503, body: { error: { code: "publisher_offline" } } });
      });
    }
  });

  test.each(Object.keys(ways))(verifies("virtual.standing", "%s"), async (way) => {
    const ends = ready.get(way);
    if (!ends) throw new Error("nothing was published for it");
    await ends();
  });
});

test(
  verifies("virtual.ended-in-trail", "a publisher's end is in the audit trail once: whose, which, and why"),
  async () => {
    const owner = await person("traced");
    const { api } = await tokenOf(owner, "gpu");
    const session = await published(api, "traced-llm");
    await ok("DELETE", "auth/tokens/gpu", undefined, owner);
    await hasEnded("traced-llm", session, performance.now());
    await p.edge.kill();
    await p.edge.restart();
    expect((await session.publisher.heartbeat()).status).toBe(401);
    expect(await endsInTrail(session.publisher.id)).toEqual([
      {
        kind: "auth",
        principal: "traced",
        payload: {
          action: "publisher-ended",
          resource: "publisher",
          name: session.publisher.id,
          llms: ["traced-llm"],
          because: expect.stringMatching(/revoked or deleted/),
        },
      },
    ]);
    const left = await publish(owner, { names: ["left-llm"] });
    await left.open();
    await left.heartbeat({ leaving: true });
    await p.becomes("left-llm", "inactive");
    const { publisher, channel } = await published((await tokenOf(owner, "next")).api, "traced-next");
    await ok("DELETE", "auth/tokens/next", undefined, owner);
    await hasEnded("traced-next", { publisher, channel }, performance.now());
    await endsInTrail(publisher.id);
    const of = await rows(
      p.edge.databaseUrl,
      `select 1 from auditevent where payload->>'action' = 'publisher-ended' and payload->>'name' = '${left.id}'`,
    );
    expect(of, "who says good-bye has lost no right").toEqual([]);
  },
);

describe("a service account's publisher ends within 5 s when", () => {
  let pods: Pods;
  beforeAll(async () => {
    pods = await newPods("https://publishers.example");
    const serviceAccounts = { issuer: pods.issuer, jwks: pods.jwks };
    await ok("POST", "clusters", { name: "default", serviceAccounts });
    await ok("POST", "rbac", {
      name: "app",
      subjects: [{ kind: "ServiceAccount", name: "ci/app" }],
      bindings: publishing,
    });
  });

  test(verifies("virtual.standing", "its token expires"), async () => {
    const ends = Date.now() + 8_000;
    const session = await published(p.admin.as(await pods.tokenOf("ci/app", { expiresIn: 8 })), "by-pod-for-a-while");
    await until("it has expired", () => Date.now() > ends);
    await hasEnded("by-pod-for-a-while", session, performance.now());
  });

  test(verifies("virtual.standing", "who acts as it may do so no longer"), async () => {
    const actor = await personWith(p.admin, "actor", [], [{ action: "impersonate" }]);
    const as = { ...actor, call: (m: string, path: string, body?: unknown) => actor.call(m, path, body, acting) };
    const session = await published(as, "by-actor");
    await ok("DELETE", "rbac/actor");
    await hasEnded("by-actor", session, performance.now());
  });

  test(verifies("virtual.standing", "its cluster changes its keys, and when its binding is removed"), async () => {
    const session = await published(p.admin.as(await pods.tokenOf("ci/app")), "by-pod");
    const other = await newPods(pods.issuer);
    await ok("PATCH", "clusters/default", { serviceAccounts: { jwks: other.jwks } });
    await hasEnded("by-pod", session, performance.now());
    const again = await published(p.admin.as(await other.tokenOf("ci/app")), "by-pod");
    expect((await p.rowOf("by-pod")).status.state).toBe("active");
    await ok("PATCH", "rbac/app", { bindings: [] });
    await hasEnded("by-pod", again, performance.now());
  });
});
const acting = { "x-service-account": "ci/app" };

describe("the tie to a right", () => {
  test(verifies("virtual.standing", "outlives a restart of the edge"), async () => {
    const owner = await person("restarter");
    const { api } = await tokenOf(owner, "gpu");
    const { publisher, channel } = await published(api, "tied-restart");
    await p.edge.kill();
    await until("the channel broke", () => channel.ended);
    await p.edge.restart();
    const again = await publisher.open();
    expect(again.status).toBe(200);
    await ok("DELETE", "auth/tokens/gpu", undefined, owner);
    await hasEnded("tied-restart", { publisher, channel: again }, performance.now());
  });

  test(verifies("virtual.standing", "is looked at when the edge comes back, though nobody told it"), async () => {
    const owner = await person("untold");
    const { api, id } = await tokenOf(owner, "gpu");
    const { publisher, channel } = await published(api, "tied-untold");
    await p.edge.kill();
    await until("the channel broke", () => channel.ended);
    await rows(p.edge.databaseUrl, `update session set revoked_at = now() where id = '${id}'`);
    await p.edge.restart();
    const opened = await publisher.open();
    expect(opened.status).toBe(401);
    expect(await p.chat("tied-untold")).toMatchObject({ status: 503 });
    await p.becomes("tied-untold", "inactive");
  });

  test(
    verifies("virtual.standing", "survives what does not concern it: renewal, other tokens, other bindings"),
    async () => {
      const body = { email: "steady@example.com", password };
      await person("steady");
      const opened = await ok("POST", "auth/login", body, p.admin.as(""));
      const { publisher, channel } = await published(p.admin.as(String(opened["accessToken"])), "tied-steady");
      const renewed = await ok("POST", "auth/refresh", { refreshToken: opened["refreshToken"] }, p.admin.as(""));
      const same = p.admin.as(String(renewed["accessToken"]));
      await tokenOf(same, "other");
      await ok("DELETE", "auth/tokens/other", undefined, same);
      await ok("PATCH", "rbac/steady", { bindings: [...publishing, { role: "view", resource: "llms" }] });
      const answer = p.chat("tied-steady");
      await publisher.result((await channel.next("infer")).taskId, answered(completion));
      expect((await answer).status).toBe(200);
      expect((await publisher.heartbeat()).body).toMatchObject({ state: "active", channel: true });
      expect(channel.ended).toBe(false);
    },
  );

  test(
    verifies("virtual.standing", "is made anew by a registration with another credential of the same owner"),
    async () => {
      const owner = await person("again");
      const first = await tokenOf(owner, "first");
      const session = await published(first.api, "tied-again");
      const before = await p.rowOf("tied-again");
      await ok("DELETE", "auth/tokens/first", undefined, owner);
      await hasEnded("tied-again", session, performance.now());
      const second = await tokenOf(owner, "second");
      const wanted = registration({ names: ["tied-again"], session: { id: session.publisher.id } });
      const answer = await second.api.call("POST", "/api/v1/llms/_provider-register", wanted);
      expect(answer.status).toBe(200);
      const back = rawPublisher(p.edge.url, registerResponse.parse(answer.body));
      expect(back.id).toBe(session.publisher.id);
      const channel = await back.open();
      expect(await p.rowOf("tied-again")).toMatchObject({ id: before.id, status: { state: "active" } });
      await ok("DELETE", "auth/tokens/second", undefined, owner);
      await hasEnded("tied-again", { publisher: back, channel }, performance.now());
    },
  );

  test("is looked at at every heartbeat, and costs the store nothing in the steady state", async () => {
    const owner = await person("cheap");
    const { publisher, channel } = await published((await tokenOf(owner, "gpu")).api, "tied-cheap");
    await costsNothing(p.edge, async () => {
      for (let i = 0; i < 10; i++) await publisher.heartbeat();
    });
    expect(channel.ended).toBe(false);
  });
});
