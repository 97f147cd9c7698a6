/** Tasks on their way to a publisher, and results on their way to callers. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RESULT_STATUS_HEADER } from "#db/protocol/publisher";
import { publish, type RawChannel } from "../fakes/raw-publisher.ts";
import { rows } from "../harness/rows.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";
import { answered, completion, eventStream, type Publishers, piece, startPublishers, writable } from "./publishers.ts";

/** How many calls of a model may wait. */
const QUEUE_LENGTH = 100;

let p: Publishers;

beforeAll(async () => {
  p = await startPublishers();
});
afterAll(() => p?.edge.stop());

describe("a task", () => {
  test(
    verifies("virtual.no-caller-token", "carries what the model server may see, and its answer comes back as it was"),
    async () => {
      const publisher = await publish(p.admin, { names: ["round-trip"] });
      const channel = await publisher.open();
      const answer = p.admin.call(
        "POST",
        "/v1/chat/completions",
        { model: "round-trip", messages: [{ role: "user", content: "hi" }], unknown_field: 1 },
        { "x-api-key": p.admin.token, cookie: "secret=1", "x-forwarded-for": "10.1.2.3" },
      );
      const task = await channel.next("infer");
      expect(task).toMatchObject({
        llm: "round-trip",
        model: "model-of-round-trip",
        path: "/v1/chat/completions",
        stream: false,
      });
      expect(JSON.parse(task.body)).toMatchObject({ model: "model-of-round-trip", unknown_field: 1 });
      expect(JSON.stringify(task)).not.toContain(p.admin.token);
      expect(Object.keys(task.headers).filter((h) => !["accept", "content-type"].includes(h))).toEqual([]);
      expect(await publisher.result(task.taskId, answered(completion))).toMatchObject({ status: 200 });
      expect(await answer).toMatchObject({ status: 200, body: completion });
      channel.close();
      await p.becomes("round-trip", "inactive");
    },
  );

  test("streams chunk by chunk: each reaches the caller before the next is sent", async () => {
    const publisher = await publish(p.admin, { names: ["chunks"] });
    const channel = await publisher.open();
    const response = p.stream("chunks");
    const task = await channel.next("infer");
    expect(task.stream).toBe(true);
    const source = writable();
    const posted = publisher.result(task.taskId, source.body, eventStream);
    source.write(piece("0"));
    const reader = (await response).body?.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    for (let i = 0; i < 5; i++) {
      while (!seen.includes(`"content":"${i}"`)) seen += (await reader?.read())?.value ?? "";
      source.write(piece(String(i + 1), i === 4 ? "stop" : null));
    }
    source.write("data: [DONE]\n\n");
    source.close();
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) seen += next.value;
    expect(seen.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(await posted).toMatchObject({ status: 200, body: { accepted: true } });
  });

  test("is answered by chunks that are posted one by one, too", async () => {
    const publisher = await publish(p.admin, { names: ["posted"] });
    const channel = await publisher.open();
    const response = p.stream("posted");
    const { taskId } = await channel.next("infer");
    const all = [piece("one"), piece("", "stop"), "data: [DONE]\n\n"];
    for (const [i, data] of all.entries())
      expect((await publisher.result(taskId, JSON.stringify({ chunk: { data, done: i === 2 } }))).status).toBe(200);
    expect(await (await response).text()).toBe(all.join(""));
  });

  test("keeps the model server's own refusal, and tells a publisher's failure", async () => {
    const publisher = await publish(p.admin, { names: ["refuses"] });
    const channel = await publisher.open();
    const refused = p.chat("refuses");
    const error = { error: { message: "context too long", type: "invalid_request_error" } };
    await publisher.result((await channel.next("infer")).taskId, JSON.stringify({ status: 400, body: error }));
    expect(await refused).toMatchObject({ status: 400, body: error });
    const failed = p.chat("refuses");
    await publisher.result((await channel.next("infer")).taskId, JSON.stringify({ error: "the GPU is on fire" }));
    expect(await failed).toMatchObject({ status: 502, body: { error: { code: "publisher_failed" } } });
    const unserved = p.chat("refuses");
    const refusal = { error: { message: "The publisher does not serve /v1/x.", status: 404 } };
    await publisher.result((await channel.next("infer")).taskId, JSON.stringify(refusal));
    expect(await unserved).toMatchObject({ status: 400, body: { error: { code: "unsupported" } } });
    expect(JSON.stringify((await failed).body)).toContain("the GPU is on fire");
  });

  test("that is answered with a status that holds no answer fails at once, and the slot is free", async () => {
    const publisher = await publish(p.admin, { names: ["no-content"] });
    const channel = await publisher.open();
    const forms: [string, Record<string, string>?][] = [
      [JSON.stringify({ status: 304, body: null })],
      ["", { "content-type": "application/json", [RESULT_STATUS_HEADER]: "204" }],
    ];
    for (const [body, type] of forms) {
      const call = p.chat("no-content");
      expect((await publisher.result((await channel.next("infer")).taskId, body, type)).status).toBe(200);
      expect(await call).toMatchObject({ status: 502, body: { error: { code: "publisher_failed" } } });
    }
  });

  test("that streams ends with an error event when its publisher goes, never as if complete", async () => {
    const publisher = await publish(p.admin, { names: ["goes-away"] });
    const channel = await publisher.open();
    const response = p.stream("goes-away");
    const source = writable();
    const posted = publisher
      .result((await channel.next("infer")).taskId, source.body, eventStream)
      .catch(() => "broke");
    source.write(piece("half an ans"));
    const reader = (await response).body?.pipeThrough(new TextDecoderStream()).getReader();
    let seen = (await reader?.read())?.value ?? "";
    channel.close();
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) seen += next.value;
    expect(seen).toContain('"error"');
    expect(seen).not.toContain("[DONE]");
    source.close();
    await posted;
  });

  test("that streams ends with an error event when its result breaks off, and the slot is free", async () => {
    const publisher = await publish(p.admin, { names: ["breaks-off"] });
    const channel = await publisher.open();
    const response = p.stream("breaks-off");
    const source = writable();
    const posted = publisher
      .result((await channel.next("infer")).taskId, source.body, eventStream)
      .catch(() => "broke");
    source.write(piece("half an ans"));
    const text = (await response).text();
    await until("the answer has begun", async () => (await response).status === 200);
    source.break();
    expect(await posted).toBe("broke");
    expect(await text).toContain('"error"');
    expect(await text).not.toContain("[DONE]");
    const next = p.chat("breaks-off");
    await publisher.result((await channel.next("infer")).taskId, answered(completion));
    expect((await next).status).toBe(200);
  });

  test(
    verifies("virtual.cancel", "whose caller hangs up is cancelled within a second, in the middle of its answer"),
    async () => {
      const publisher = await publish(p.admin, { names: ["hangs-up"] });
      const channel = await publisher.open();
      const caller = new AbortController();
      const response = p.stream("hangs-up", caller.signal);
      const task = await channel.next("infer");
      const source = writable();
      const posted = publisher.result(task.taskId, source.body, eventStream).catch((error: unknown) => error);
      source.write(piece("0"));
      await (await response).body?.getReader().read();
      const hungUp = Date.now();
      caller.abort();
      const beat = setInterval(() => source.write(piece("more")), 50);
      const cancel = await channel.next("cancel").finally(() => clearInterval(beat));
      expect(cancel.taskId).toBe(task.taskId);
      expect(Date.now() - hungUp).toBeLessThan(1_000);
      source.close();
      await posted;
      const next = p.chat("hangs-up");
      await publisher.result((await channel.next("infer")).taskId, answered(completion));
      expect((await next).status).toBe(200);
    },
  );

  test("whose streaming caller waits gets headers and a comment within five seconds, then its answer", async () => {
    const publisher = await publish(p.admin, { names: ["slow"] });
    const channel = await publisher.open();
    const asked = Date.now();
    const pending = p.stream("slow");
    const { taskId } = await channel.next("infer");
    const response = await pending;
    expect(Date.now() - asked).toBeLessThan(6_000);
    expect(response).toMatchObject({ status: 200 });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const first = (await reader?.read())?.value ?? "";
    expect(first).toMatch(/^: .*\n\n$/);
    const source = writable();
    const posted = publisher.result(taskId, source.body, eventStream);
    source.write(piece("at last", "stop"));
    source.close();
    let rest = "";
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) rest += next.value;
    expect(rest).toBe(piece("at last", "stop"));
    expect((await posted).status).toBe(200);
  });

  test("that never gets a result is 504, and cancelled", async () => {
    const publisher = await publish(p.admin, { names: ["never"] });
    const channel = await publisher.open();
    await rows(
      p.edge.databaseUrl,
      `update llm set spec = jsonb_set(spec, '{timeouts,firstByte}', '700') where name = 'never'`,
    );
    const answer = p.chat("never");
    const { taskId } = await channel.next("infer");
    expect((await answer).status).toBe(504);
    expect((await channel.next("cancel")).taskId).toBe(taskId);
    expect(await publisher.result(taskId, answered(completion))).toMatchObject({
      status: 409,
      body: { code: "task_gone" },
    });
  });
});

describe("the queue of a published model", () => {
  test(verifies("virtual.queue", "keeps the order, and refuses what is too much with Retry-After"), async () => {
    const publisher = await publish(p.admin, { names: ["queued"] });
    const channel = await publisher.open();
    const first = p.chat("queued", { user: "first" });
    const held = await channel.next("infer");
    const waiting: ReturnType<Publishers["chat"]>[] = [];
    for (let i = 0; i < QUEUE_LENGTH; i++) waiting.push(p.chat("queued", { user: `n${i}` }));
    // Whichever come last find the queue full; all others are still unanswered.
    const settled = await Promise.race([Promise.all(waiting).then(() => undefined), overflow()]);
    expect(settled).toMatchObject({ status: 429, body: { error: { code: "queue_full" } } });
    expect(settled?.headers.get("retry-after")).toMatch(/^\d+$/);
    await publisher.result(held.taskId, answered(completion));
    expect((await first).status).toBe(200);
    channel.close();
    const rest = await Promise.all(waiting);
    expect(rest.every((a) => a.status === 503 || a.status === 429)).toBe(true);

    async function overflow() {
      for (;;) {
        const answer = await Promise.race([p.chat("queued"), ...waiting]);
        if (answer.status === 429) return answer;
      }
    }
  });

  test("answers 429 after too long a wait, and uses a free slot at once", async () => {
    const publisher = await publish(p.admin, { names: ["patient"] });
    const channel = await publisher.open();
    const first = p.chat("patient", { user: "1" });
    const one = await channel.next("infer");
    const second = p.chat("patient", { user: "2" });
    await publisher.result(one.taskId, answered(completion));
    const two = await channel.next("infer");
    expect(JSON.parse(two.body)).toMatchObject({ user: "2" });
    expect((await first).status).toBe(200);
    const third = await p.chat("patient", { user: "3" });
    expect(third).toMatchObject({ status: 429, body: { error: { code: "queue_full" } } });
    await publisher.result(two.taskId, answered(completion));
    expect((await second).status).toBe(200);
  });
});

describe("slots of published models", () => {
  const all = (channel: RawChannel) => channel.tasks.flatMap((t) => (t.kind === "infer" ? [t.llm] : [])).sort();

  test(
    verifies("virtual.slots", "are each model's own, so that an overloaded one does not hold up another"),
    async () => {
      const publisher = await publish(p.admin, {
        names: ["one-slot", "three-slots"],
        slotsOf: { "one-slot": 1, "three-slots": 3 },
      });
      const [row] = await rows(p.edge.databaseUrl, `select spec from publisher where name = '${publisher.id}'`);
      expect(row).toMatchObject({ spec: { slots: 4, slotsOf: { "one-slot": 1, "three-slots": 3 } } });
      const channel = await publisher.open();
      const overloaded = Array.from({ length: 4 }, () => p.chat("one-slot"));
      await until("one went out", () => all(channel).length === 1);
      const others = Array.from({ length: 3 }, () => p.chat("three-slots"));
      await until("three more went out", () => all(channel).length === 4);
      expect(all(channel)).toEqual(["one-slot", "three-slots", "three-slots", "three-slots"]);
      for (let answers = 0; answers < 7; answers++)
        await publisher.result((await channel.next("infer")).taskId, answered(completion));
      expect((await Promise.all([...overloaded, ...others])).map((a) => a.status)).toEqual(Array(7).fill(200));
    },
  );

  test(verifies("virtual.slots", "are shared where a publisher says only a total"), async () => {
    const publisher = await publish(p.admin, { names: ["shared-a", "shared-b"], slots: 2 });
    const channel = await publisher.open();
    const calls = [p.chat("shared-a"), p.chat("shared-a"), p.chat("shared-b")];
    await until("two went out", () => all(channel).length === 2);
    const first = await channel.next("infer");
    const second = await channel.next("infer");
    await publisher.result(first.taskId, answered(completion));
    const third = await channel.next("infer");
    for (const { taskId } of [second, third]) await publisher.result(taskId, answered(completion));
    expect((await Promise.all(calls)).map((a) => a.status)).toEqual([200, 200, 200]);
  });
});

describe("an LLM that is deleted at the edge", () => {
  test(
    verifies(
      "virtual.withdrawn",
      "is named on the channel and by every heartbeat, and what is being answered is finished",
    ),
    async () => {
      const publisher = await publish(p.admin, { names: ["doomed", "stays"] });
      const channel = await publisher.open();
      const answering = p.chat("doomed");
      const { taskId } = await channel.next("infer");
      const waiting = p.chat("doomed");
      const alive = p.chat("stays");
      expect((await p.admin.call("DELETE", "/api/v1/llms/doomed")).status).toBe(200);
      expect(await waiting).toMatchObject({ status: 404, body: { error: { code: "model_not_found" } } });
      await until("it is told", () => channel.events.some((e) => e.event === "withdrawn"));
      expect(channel.events.find((e) => e.event === "withdrawn")?.data).toBe('{"llms":["doomed"]}');
      expect((await publisher.heartbeat()).body).toMatchObject({ state: "active", withdrawn: ["doomed"] });
      await publisher.result(taskId, answered(completion));
      expect((await answering).status).toBe(200);
      await publisher.result((await channel.next("infer")).taskId, answered(completion));
      expect((await alive).status).toBe(200);
      const [row] = await rows(p.edge.databaseUrl, `select status from publisher where name = '${publisher.id}'`);
      expect(row).toMatchObject({ status: { llms: ["stays"] } });
      await p.edge.kill();
      await p.edge.restart();
      const again = await publisher.open();
      await until("it is told again", () => again.events.some((e) => e.event === "withdrawn"));
    },
  );
});
