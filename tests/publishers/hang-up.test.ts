/** A caller that hangs up while its task waits for a slot. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { call } from "../fakes/caller.ts";
import { publish } from "../fakes/raw-publisher.ts";
import { rows } from "../harness/rows.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";
import { answered, completion, type Publishers, startPublishers } from "./publishers.ts";

let p: Publishers;

beforeAll(async () => {
  p = await startPublishers({ env: { PUBLISHER_TIMES: JSON.stringify({ channel: 2_000, queue: 30_000 }) } });
});

afterAll(() => p?.edge.stop());

test(
  verifies("virtual.cancel", "a queued task whose streaming caller hung up is dropped, and never sent"),
  async () => {
    const publisher = await publish(p.admin, { names: ["busy"] });
    const channel = await publisher.open();
    const first = p.chat("busy", { user: "first" });
    const held = await channel.next("infer");
    const messages = [{ role: "user", content: "hi" }];
    const caller = await call(p.edge.url, "/v1/chat/completions", p.admin.token, {
      model: "busy",
      stream: true,
      user: "gone",
      messages,
    });
    // The first comment tells that it waits.
    await until("it waits in the queue", () => caller.got().includes(": waiting"));
    caller.hangUp();
    await until("it is recorded as gone", async () => {
      const gone = await rows(p.edge.databaseUrl, `select 1 from auditevent where payload->>'error' = 'client_gone'`);
      return gone.length === 1;
    });
    const last = p.chat("busy", { user: "last" });
    await publisher.result(held.taskId, answered(completion));
    expect((await first).status).toBe(200);
    const next = await channel.next("infer");
    expect(JSON.parse(next.body)).toMatchObject({ user: "last" });
    await publisher.result(next.taskId, answered(completion));
    expect((await last).status).toBe(200);
    expect(channel.tasks.filter((task) => JSON.stringify(task).includes("gone"))).toEqual([]);
  },
);
