/** A stream that is open ends within 5 s of its caller losing the right to it, with an error that clients parse. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { apiOf, clientOf, type Send } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { personWith } from "../harness/people.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";
import { newPods, type Pods } from "./pods.ts";

const REVOKED_WITHIN_MS = 5_000;

let provider: Server;
/** Whose streams were hung up on: each says in `user` which it is. */
const hungUp = new Set<unknown>();
let edge: TestEdge;
let send: Send;
let root: string;

/** A model that never finishes: a chunk every 100 ms until it is hung up on. */
function endless(): Server {
  return createServer(async (request, response) => {
    const { user } = JSON.parse(await text(request)) as { user: unknown };
    response.writeHead(200, { "content-type": "text/event-stream" });
    const chunk = { id: "c", object: "chat.completion.chunk", choices: [{ index: 0, delta: { content: "on and " } }] };
    const timer = setInterval(() => response.write(`data: ${JSON.stringify(chunk)}\n\n`), 100);
    response.on("close", () => {
      clearInterval(timer);
      hungUp.add(user);
    });
  });
}

beforeAll(async () => {
  provider = endless().listen(0, "127.0.0.1");
  await once(provider, "listening");
  edge = await startEdge();
  send = clientOf(edge.url);
  root = (await edge.bootstrap()).token;
  const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const body = { name: "endless", type: "openai", model: "endless", url };
  expect((await send("POST", "/api/v1/llms", { token: root, body })).status).toBe(201);
});
afterAll(async () => {
  provider.closeAllConnections();
  provider.close();
  await edge.stop();
});

async function mint(name: string): Promise<string> {
  const body = { name, project: "default", bindings: [{ role: "run", resource: "llms", name: "endless" }] };
  const answer = await send("POST", "/api/v1/mcptokens", { token: root, body });
  expect(answer.status).toBe(201);
  return z.string().parse(answer.body["token"]);
}

/**
 * Reads a stream of `token` while `meanwhile` runs, and waits until the provider was let go of.
 * @returns its last event, and how long after `meanwhile` it ended.
 */
async function stream(
  token: string,
  meanwhile: () => Promise<unknown>,
  headers: Record<string, string> = {},
): Promise<{ last: unknown; afterMs: number }> {
  const user = randomUUID();
  const response = await fetch(`${edge.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    body: JSON.stringify({ model: "endless", stream: true, user, messages: [{ role: "user", content: "go on" }] }),
    signal: AbortSignal.timeout(30_000),
  });
  expect(response.status).toBe(200);
  let got = "";
  let since: number | undefined;
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    got += decoder.decode(chunk, { stream: true });
    if (since === undefined && got.split("\n\n").length > 5) {
      await meanwhile();
      since = performance.now();
    }
  }
  const afterMs = performance.now() - (since ?? 0);
  await until("the provider was let go of", () => hungUp.has(user));
  const events = got.split("\n\n").filter((e) => e.startsWith("data: "));
  return { last: JSON.parse(events.at(-1)?.slice("data: ".length) ?? "null"), afterMs };
}

/** Together, because each ends after seconds. */
describe.concurrent("an open stream ends", () => {
  test(verifies("auth.revoke-5s", "when its token is revoked"), async () => {
    const token = await mint("revoked");
    const { last, afterMs } = await stream(token, () =>
      send("POST", "/api/v1/mcptokens/revoked/revoke", { token: root }),
    );
    expect(last).toMatchObject({ error: { code: "not_authenticated", type: "authentication_error" } });
    expect(afterMs).toBeLessThan(REVOKED_WITHIN_MS);
  });

  test("when its token is deleted", async () => {
    const token = await mint("deleted");
    const { last, afterMs } = await stream(token, () => send("DELETE", "/api/v1/mcptokens/deleted", { token: root }));
    expect(last).toMatchObject({ error: { code: "not_authenticated" } });
    expect(afterMs).toBeLessThan(REVOKED_WITHIN_MS);
  });

  test("when its binding is taken away, and says which", async () => {
    const token = await mint("unbound");
    const { body } = await send("GET", "/api/v1/mcptokens/unbound", { token: root });
    const { hash } = z.object({ hash: z.string() }).parse(body["status"]);
    const { last, afterMs } = await stream(token, () =>
      send("DELETE", `/api/v1/rbac/mcptoken-${hash.slice(0, 12)}`, { token: root }),
    );
    expect(last).toMatchObject({ error: { code: "not_allowed", type: "permission_denied" } });
    expect(JSON.stringify(last)).toContain("run:llms:endless");
    expect(afterMs).toBeLessThan(REVOKED_WITHIN_MS);
  });

  test(verifies(["auth.revoke-5s", "auth.sessions"], "when the session is ended that it was opened with"), async () => {
    const made = await send("POST", "/api/v1/auth/tokens", { token: root, body: { name: "streaming" } });
    const { id, token } = z.object({ id: z.string(), token: z.string() }).parse(made.body);
    const { last, afterMs } = await stream(token, () => send("DELETE", `/api/v1/sessions/${id}`, { token: root }));
    expect(last).toMatchObject({ error: { code: "not_authenticated" } });
    expect(afterMs).toBeLessThan(REVOKED_WITHIN_MS);
  });
});

describe("a service account's open stream ends", () => {
  const expecting = async (status: number, method: string, path: string, body?: object) => {
    const answer = await send(method, `/api/v1/${path}`, { token: root, ...(body ? { body } : {}) });
    expect(answer.status, answer.text).toBe(status);
  };
  const bindings = [{ role: "run", resource: "llms", name: "endless" }];
  let pods: Pods;
  beforeAll(async () => {
    pods = await newPods("https://streams.example");
    await expecting(201, "POST", "clusters", {
      name: "default",
      serviceAccounts: { issuer: pods.issuer, jwks: pods.jwks },
    });
    const subjects = [{ kind: "ServiceAccount", name: "ci/app" }];
    await expecting(201, "POST", "rbac", { name: "app", subjects, bindings });
  });

  test(verifies("auth.revoke-5s", "when its binding is taken away"), async () => {
    const { last, afterMs } = await stream(await pods.tokenOf("ci/app"), () =>
      expecting(200, "PATCH", "rbac/app", { bindings: [] }),
    );
    expect(last).toMatchObject({ error: { code: "not_allowed" } });
    expect(afterMs).toBeLessThan(REVOKED_WITHIN_MS);
    await expecting(200, "PATCH", "rbac/app", { bindings });
  });

  test(verifies("auth.revoke-5s", "when who acts as it may do so no longer"), async () => {
    const actor = await personWith(apiOf(edge.url, root), "actor", [], [{ action: "impersonate" }]);
    const { last, afterMs } = await stream(actor.token, () => expecting(200, "DELETE", "rbac/actor"), {
      "x-service-account": "ci/app",
    });
    expect(last).toMatchObject({ error: { code: "not_allowed" } });
    expect(JSON.stringify(last)).toContain("run:impersonate");
    expect(afterMs).toBeLessThan(REVOKED_WITHIN_MS);
  });

  test(verifies("auth.revoke-5s", "when its cluster no longer vouches for its key"), async () => {
    const other = await newPods(pods.issuer);
    const { last, afterMs } = await stream(await pods.tokenOf("ci/app"), () =>
      expecting(200, "PATCH", "clusters/default", { serviceAccounts: { jwks: other.jwks } }),
    );
    expect(last).toMatchObject({ error: { code: "not_authenticated" } });
    expect(afterMs).toBeLessThan(REVOKED_WITHIN_MS);
  });
});
