/** What the protocol promises to a session, and what it does with misuse. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RESULT_STATUS_HEADER } from "#db/protocol/publisher";
import { publish, type RawPublisher } from "../fakes/raw-publisher.ts";
import { apiOf } from "../harness/api-client.ts";
import { startEdge } from "../harness/edge.ts";
import { rows } from "../harness/rows.ts";
import { costsNothing } from "../harness/statements.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";
import { answered, completion, type Publishers, startPublishers } from "./publishers.ts";

let p: Publishers;

beforeAll(async () => {
  p = await startPublishers();
});
afterAll(() => p?.edge.stop());

describe("the publishers' protocol", () => {
  let publisher: RawPublisher;

  test(verifies("virtual.session-secret", "opens nothing with a wrong or missing secret"), async () => {
    publisher = await publish(p.admin, { names: ["guarded"] });
    const session = "x-mcpctl-provider-session";
    const secret = "x-mcpctl-provider-secret";
    const wrong: Record<string, string>[] = [
      {},
      { [session]: publisher.id },
      { [session]: publisher.id, [secret]: "wrong" },
      { [session]: "abcdefghijklmnop", [secret]: publisher.registered.sessionSecret },
      { [session]: "../../etc", [secret]: publisher.registered.sessionSecret },
      { authorization: `Bearer ${p.admin.token}` },
    ];
    for (const headers of wrong)
      for (const [method, path] of [
        ["GET", "_provider-stream"],
        ["POST", "_provider-heartbeat"],
        ["POST", "_provider-task/abc/result"],
      ] as const)
        expect(
          (await p.admin.as("").call(method, `/api/v1/llms/${path}`, method === "POST" ? {} : undefined, headers))
            .status,
        ).toBe(401);
  });

  test(verifies("virtual.session-secret", "takes a result once, for a task of its own session only"), async () => {
    const other = await publish(p.admin, { names: ["foreign"] });
    await other.open();
    const channel = await publisher.open();
    const answer = p.chat("guarded");
    const { taskId } = await channel.next("infer");
    expect(await other.result(taskId, answered({ stolen: true }))).toMatchObject({
      status: 404,
      body: { code: "not_found" },
    });
    expect(await publisher.result("nosuchtask", answered({}))).toMatchObject({ status: 404 });
    for (const bad of ["{", "[]", JSON.stringify({ status: 99, body: "" }), JSON.stringify({})])
      expect((await publisher.result(taskId, bad)).status).toBe(400);
    expect((await publisher.result(taskId, "x", { [RESULT_STATUS_HEADER]: "abc" })).status).toBe(400);
    expect((await publisher.result(taskId, answered(completion))).status).toBe(200);
    expect(await answer).toMatchObject({ status: 200, body: completion });
    expect(await publisher.result(taskId, answered({}))).toMatchObject({ status: 409, body: { code: "task_gone" } });
    channel.close();
  });

  test("replaces the first channel by a second, and tells the first", async () => {
    const one = await publish(p.admin, { names: ["two-channels"] });
    const first = await one.open();
    const second = await one.open();
    await until("the first has ended", () => first.ended);
    expect(first.events.at(-1)).toEqual({ event: "closed", data: '{"because":"replaced"}' });
    const answer = p.chat("two-channels");
    await one.result((await second.next("infer")).taskId, answered(completion));
    expect((await answer).status).toBe(200);
    expect((await p.rowOf("two-channels")).status.state).toBe("active");
  });

  test("opens no channel for HEAD", async () => {
    const one = await publish(p.admin, { names: ["head"] });
    const channel = await one.open();
    const url = `${p.edge.url}/api/v1/llms/_provider-stream`;
    expect((await fetch(url, { method: "HEAD", headers: one.headers })).status).toBe(405);
    const answer = p.chat("head");
    await one.result((await channel.next("infer")).taskId, answered(completion));
    expect((await answer).status).toBe(200);
  });

  test("makes a publisher inactive before its good-bye is answered", async () => {
    const one = await publish(p.admin, { names: ["bye"] });
    const channel = await one.open();
    expect(await one.heartbeat({ leaving: true })).toMatchObject({ status: 200, body: { state: "inactive" } });
    expect((await p.rowOf("bye")).status.state).toBe("inactive");
    await until("the channel has ended", () => channel.ended);
  });
});

describe("a publisher over time", () => {
  test("costs the store nothing in the steady state", async () => {
    const publisher = await publish(p.admin, { names: ["steady"] });
    const channel = await publisher.open();
    expect((await publisher.heartbeat()).body).toEqual({ state: "active", channel: true });
    await costsNothing(p.edge, async () => {
      for (let i = 0; i < 20; i++) await publisher.heartbeat({ slotsUsed: i % 2 });
    });
    channel.close();
  });

  test("comes back under the same session after the edge was killed, and no row has changed", async () => {
    const publisher = await publish(p.admin, { names: ["restarted"] });
    const channel = await publisher.open();
    const before = await p.rowOf("restarted");
    await p.edge.kill();
    await until("the channel broke", () => channel.ended);
    await p.edge.restart();
    const again = await publisher.open();
    expect(again.status).toBe(200);
    expect(await p.rowOf("restarted")).toEqual(before);
    const answer = p.chat("restarted");
    await publisher.result((await again.next("infer")).taskId, answered(completion));
    expect((await answer).status).toBe(200);
  });

  test("becomes inactive by itself when it does not come back after the edge was killed", async () => {
    await publish(p.admin, { names: ["orphaned"] }).then((p) => p.open());
    await p.edge.kill();
    await p.edge.restart();
    expect((await p.chat("orphaned")).status).toBe(503);
    await p.becomes("orphaned", "inactive");
  });
});

describe("the sweep of publishers", () => {
  test("heals what a lost object left behind, deletes what is old, and leaves what lives", async () => {
    const alive = await publish(p.admin, { names: ["swept-alive"] });
    await alive.open();
    const spec = '{"type":"openai","model":"m","tier":"fast","timeouts":{"firstByte":1000,"idle":1000}}';
    const status = (state: string, since: string) =>
      JSON.stringify({ lifecycle: "virtual", state, publisher: "lostlostlostlostlostlost", since });
    await rows(
      p.edge.databaseUrl,
      `insert into llm (id, name, spec, status) values
       ('swept1', 'swept-lost', '${spec}', '${status("active", new Date().toISOString())}'),
       ('swept2', 'swept-old', '${spec}', '${status("inactive", "2020-01-01T00:00:00Z")}')`,
    );
    for (let i = 0; i < 2; i++) {
      await p.edge.trigger("*/5 * * * *");
      expect((await p.rowOf("swept-lost")).status.state).toBe("inactive");
      expect(await p.rowOf("swept-old")).toBeUndefined();
      expect((await p.rowOf("swept-alive")).status.state).toBe("active");
    }
  });

  test("is not waited for: a call makes a row whose session is lost inactive, and a registration takes its name", async () => {
    const spec = '{"type":"openai","model":"m","tier":"fast","timeouts":{"firstByte":1000,"idle":1000}}';
    const status = (publisher: string) =>
      JSON.stringify({ lifecycle: "virtual", state: "active", publisher, since: new Date().toISOString() });
    await rows(
      p.edge.databaseUrl,
      `insert into llm (id, name, spec, status) values
       ('lost1', 'lost-called', '${spec}', '${status("lostlostlostlostlostcall")}'),
       ('lost2', 'lost-taken', '${spec}', '${status("lostlostlostlostlosttake")}')`,
    );
    expect(await p.chat("lost-called")).toMatchObject({ status: 503 });
    expect((await p.rowOf("lost-called")).status.state).toBe("inactive");
    const taker = await publish(p.admin, { names: ["lost-taken"] });
    expect(await p.rowOf("lost-taken")).toMatchObject({
      id: "lost2",
      status: { state: "active", publisher: taker.id },
    });
  });
});

describe("a publisher's times", () => {
  test("without a heartbeat make it inactive although its channel is open, and later delete it", async () => {
    const times = { inactiveAfter: 1_000, deletedAfter: 1_500, channel: 1_000 };
    const quick = await startEdge({ env: { PUBLISHER_TIMES: JSON.stringify(times) } });
    try {
      const api = apiOf(quick.url, (await quick.bootstrap()).token);
      const publisher = await publish(api, { names: ["quiet"] });
      const channel = await publisher.open();
      const state = async () =>
        (await rows(quick.databaseUrl, "select status->>'state' as state from llm"))[0]?.["state"] ?? "deleted";
      const later = Date.now() + 2 * times.inactiveAfter;
      await until("twice the time has passed, heartbeat after heartbeat", async () => {
        expect((await publisher.heartbeat()).body).toEqual({ state: "active", channel: true });
        return Date.now() > later;
      });
      await until("it is inactive", async () => (await state()) === "inactive");
      await until("the channel has ended", () => channel.ended);
      expect(channel.events.at(-1)?.data).toContain("silent");
      await until("it is deleted", async () => (await state()) === "deleted");
      const publishers = () => rows(quick.databaseUrl, "select id from publisher");
      await until("its session has gone too", async () => (await publishers()).length === 0);
      expect((await publisher.heartbeat()).status).toBe(401);
    } finally {
      await quick.stop();
    }
  });
});
