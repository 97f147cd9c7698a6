/** Who gets which name: registrations against a real edge, spoken by hand. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { registerResponse } from "#db/protocol/publisher";
import { publish, registration } from "../fakes/raw-publisher.ts";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge } from "../harness/edge.ts";
import { personWith } from "../harness/people.ts";
import { rows } from "../harness/rows.ts";
import { startPostgres } from "../harness/test-store.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";
import { answered, completion, type Publishers, startPublishers } from "./publishers.ts";

let p: Publishers;

beforeAll(async () => {
  p = await startPublishers();
});
afterAll(() => p?.edge.stop());

const publishing = [{ role: "create", resource: "llms" }];

/** As many different people, each logged in, who may publish. */
async function owners(admin: Api, ...names: string[]): Promise<Api[]> {
  const people: Api[] = [];
  for (const name of names) people.push(await personWith(admin, name, publishing));
  return people;
}

const registerAs = (api: Api, names: readonly string[]) =>
  api.call("POST", "/api/v1/llms/_provider-register", registration({ names }));

describe("a registration", () => {
  test(verifies("virtual.publish", "inserts rows as the kind describes them, and its publisher"), async () => {
    const publisher = await publish(p.admin, { names: ["fresh-a", "fresh-b"], slots: 3 });
    const row = await p.rowOf("fresh-a");
    expect(row.spec).toEqual({
      type: "openai",
      model: "model-of-fresh-a",
      tier: "fast",
      timeouts: { firstByte: 300_000, idle: 120_000 },
    });
    expect(row.status).toMatchObject({ lifecycle: "virtual", state: "active", publisher: publisher.id });
    const [own] = await rows(p.edge.databaseUrl, `select * from publisher where name = '${publisher.id}'`);
    expect(own).toMatchObject({
      spec: { host: { hostname: "testbox", platform: "test" }, slots: 3, owner: "admin" },
      status: { state: "active", llms: ["fresh-a", "fresh-b"] },
    });
  });

  test("without a channel is inactive after the time for one", async () => {
    await publish(p.admin, { names: ["no-channel"] });
    expect((await p.rowOf("no-channel")).status.state).toBe("active");
    await p.becomes("no-channel", "inactive");
    const answer = await p.chat("no-channel");
    expect(answer).toMatchObject({ status: 503, body: { error: { code: "publisher_offline" } } });
    expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
  });

  test(
    verifies("virtual.conflict", "of a public LLM's name, or another's active one, is 409 and changes nothing"),
    async () => {
      const holder = await publish(p.admin, { names: ["held"] });
      await holder.open();
      await rows(
        p.edge.databaseUrl,
        `insert into llm (id, name, spec, status) values ('public1', 'made-by-hand',
       '{"type":"openai","model":"m","tier":"fast","timeouts":{"firstByte":1000,"idle":1000}}', '{"lifecycle":"public","state":"active"}')`,
      );
      const before = await p.everyRow();
      for (const name of ["held", "made-by-hand"]) {
        const answer = await p.register(["aaa-new", name, "zzz-new"]);
        expect(answer).toMatchObject({ status: 409, body: { code: "publisher_conflict" } });
        expect(JSON.stringify(answer.body)).toContain(name);
      }
      expect(await p.everyRow()).toEqual(before);
    },
  );

  test(
    verifies("virtual.sticky", "of the same session takes its rows again, and lets go of what it no longer names"),
    async () => {
      const first = await publish(p.admin, { names: ["kept", "dropped"] });
      const channel = await first.open();
      const before = await p.rowOf("kept");
      const again = await publish(p.admin, {
        names: ["kept"],
        session: { id: first.id, secret: first.registered.sessionSecret },
      });
      expect(again.id).toBe(first.id);
      expect(again.registered.sessionSecret).not.toBe(first.registered.sessionSecret);
      expect((await p.rowOf("kept")).id).toBe(before.id);
      expect((await p.rowOf("dropped")).status.state).toBe("inactive");
      expect((await first.heartbeat()).status, "the secret before is void").toBe(401);
      channel.close();
      await p.becomes("kept", "inactive");
    },
  );

  test("of another session adopts what is inactive, with its id", async () => {
    const first = await publish(p.admin, { names: ["adopted"] });
    const channel = await first.open();
    const before = await p.rowOf("adopted");
    channel.close();
    await p.becomes("adopted", "inactive");
    const second = await publish(p.admin, { names: ["adopted"] });
    await second.open();
    const after = await p.rowOf("adopted");
    expect(after.id).toBe(before.id);
    expect(after.status.publisher).toBe(second.id);
    await first.open();
    expect((await p.rowOf("adopted")).status.publisher, "the first one is late").toBe(second.id);
  });

  test("under another's session id, without secret and as somebody else, gets a session of its own", async () => {
    const first = await publish(p.admin, { names: ["mine"] });
    await first.open();
    const intruder = await personWith(p.admin, "intruder", publishing);
    const body = registration({ names: ["theirs"], session: { id: first.id, secret: "a guess" } });
    const answer = await intruder.call("POST", "/api/v1/llms/_provider-register", body);
    expect(answer.status).toBe(200);
    expect(registerResponse.parse(answer.body).providerSessionId).not.toBe(first.id);
    const taking = registration({ names: ["mine"], session: { id: first.id } });
    expect((await intruder.call("POST", "/api/v1/llms/_provider-register", taking)).status).toBe(409);
    expect((await first.heartbeat()).status).toBe(200);
  });

  test(
    verifies("virtual.lost-answer", "whose answer got lost is sent again without a session, and has its names"),
    async () => {
      const lost = await publish(p.admin, { names: ["lost-a", "lost-b"] });
      const before = await p.rowOf("lost-a");
      const again = await publish(p.admin, { names: ["lost-b", "lost-a"] });
      expect(again.id).not.toBe(lost.id);
      expect(await p.rowOf("lost-a")).toMatchObject({
        id: before.id,
        status: { state: "active", publisher: again.id },
      });
      const channel = await again.open();
      for (const late of [await lost.heartbeat(), await lost.open()]) expect(late.status).toBe(401);
      const answer = p.chat("lost-b");
      await again.result((await channel.next("infer")).taskId, answered(completion));
      expect((await answer).status).toBe(200);
      expect(await p.rowOf("lost-b")).toMatchObject({ status: { state: "active", publisher: again.id } });
    },
  );

  test(verifies("virtual.lost-answer", "of another owner's names is 409, though no channel has opened"), async () => {
    const holder = await publish(p.admin, { names: ["not-yours"] });
    const stranger = await personWith(p.admin, "stranger", publishing);
    expect((await registerAs(stranger, ["not-yours"])).status).toBe(409);
    expect((await holder.open()).status).toBe(200);
  });

  test("of names whose publisher is about to come back after a restart of the edge is 409", async () => {
    const holder = await publish(p.admin, { names: ["coming-back"] });
    const channel = await holder.open();
    await p.edge.kill();
    await until("the channel broke", () => channel.ended);
    await p.edge.restart();
    expect((await p.register(["coming-back"])).status).toBe(409);
    expect((await holder.open()).status).toBe(200);
  });

  test("of two that claim one name at once succeeds for exactly one", async () => {
    const racers = await owners(p.admin, "racer-a", "racer-b", "racer-c");
    for (let i = 0; i < 5; i++) {
      const names = [`race-${i}-x`, `race-${i}-y`];
      const orders = [names, [...names].reverse(), names];
      const answers = await Promise.all(racers.map((api, r) => registerAs(api, orders[r] ?? names)));
      expect(answers.map((a) => a.status).sort()).toEqual([200, 409, 409]);
    }
  });

  test("of two in overlapping transactions succeeds for exactly one, and leaves no half of the other", async (context) => {
    const postgres = await startPostgres();
    if (!postgres) return context.skip("no PostgreSQL is installed");
    const real = await startEdge({ store: postgres.databaseUrl });
    try {
      const admin = apiOf(real.url, (await real.bootstrap()).token);
      const racers = await owners(admin, "racer-a", "racer-b", "racer-c", "racer-d");
      for (let i = 0; i < 5; i++) {
        const names = ["a", "b", "c"].map((n) => `race-${i}-${n}`);
        const claims = [names, [...names].reverse(), [...names, `race-${i}-d`], names];
        const answers = await Promise.all(racers.map((api, r) => registerAs(api, claims[r] ?? names)));
        expect(answers.map((a) => a.status).sort()).toEqual([200, 409, 409, 409]);
        const won = registerResponse.parse(answers.find((a) => a.status === 200)?.body);
        const found = await rows(
          postgres.databaseUrl,
          `select distinct status->>'publisher' as publisher from llm where name like 'race-${i}-%'`,
        );
        expect(found).toEqual([{ publisher: won.providerSessionId }]);
      }
    } finally {
      await real.stop();
      await postgres.stop();
    }
  });

  test("that is wrong names each fault, and one of another protocol the versions", async () => {
    const body = { protocol: 1, llms: [{ name: "Not A Label", model: "" }] };
    expect(await p.admin.call("POST", "/api/v1/llms/_provider-register", body)).toMatchObject({
      status: 400,
      body: { code: "invalid_request", errors: [{ path: "llms[0].name" }, { path: "llms[0].model" }] },
    });
    expect(await p.admin.call("POST", "/api/v1/llms/_provider-register", { ...body, protocol: 99 })).toMatchObject({
      status: 400,
      body: { code: "unsupported", hint: expect.stringContaining("update the edge") },
    });
    expect((await p.register(["twice", "twice"])).status).toBe(400);
    expect(
      (await p.admin.as("").call("POST", "/api/v1/llms/_provider-register", registration({ names: ["n"] }))).status,
    ).toBe(401);
  });
});
