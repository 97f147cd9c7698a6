/** The publishers' protocol against a real edge, spoken by hand: what it promises, and what it does with misuse. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPrivatePostgres } from "#db/local/private-postgres";
import { PUBLISHER_QUEUE_LENGTH, RESULT_STATUS_HEADER, registerResponse } from "#db/protocol/publisher";
import { type Api, apiOf } from "../../infra/api-client.ts";
import { startEdge, type TestEdge } from "../../infra/harness.ts";
import { publish, type RawPublisher, registration } from "../fakes/raw-publisher.ts";
import { verifies } from "../requirements.ts";
import { until } from "../stack.ts";
import { rows } from "../store.ts";

let edge: TestEdge;
let admin: Api;

beforeAll(async () => {
  edge = await startEdge({ env: { PUBLISHER_TIMES: JSON.stringify({ channel: 2_000, queue: 3_000 }) } });
  admin = apiOf(edge.url, (await edge.bootstrap()).token);
});
afterAll(() => edge?.stop());

const chat = (model: string, more: Record<string, unknown> = {}) =>
  admin.call("POST", "/v1/chat/completions", { model, messages: [{ role: "user", content: "hi" }], ...more });

const register = (names: readonly string[], session?: { id: string; secret?: string }) =>
  admin.call("POST", "/api/v1/llms/_provider-register", registration({ names, ...(session ? { session } : {}) }));

const completion = { id: "x", object: "chat.completion", created: 1, model: "m", choices: [] };
const answered = (body: unknown) => JSON.stringify({ status: 200, body });

interface LlmRow {
  id: string;
  spec: Record<string, unknown>;
  status: { state: string; publisher: string; lifecycle: string };
  revision: string;
}

async function rowOf(name: string): Promise<LlmRow> {
  const [row] = await rows(edge.databaseUrl, `select id, spec, status, revision from llm where name = '${name}'`);
  return row as unknown as LlmRow;
}
const everyRow = () => rows(edge.databaseUrl, "select * from llm order by name");
const becomes = (name: string, state: string) =>
  until(`${name} is ${state}`, async () => (await rowOf(name)).status.state === state);

/** A streaming call, read as it comes. */
async function stream(model: string, signal?: AbortSignal) {
  const response = await fetch(`${edge.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${admin.token}`, "content-type": "application/json" },
    body: JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "hi" }] }),
    ...(signal ? { signal } : {}),
  });
  return response;
}

/** A body that is written while it is sent. */
function writable() {
  let control: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(c) {
      control = c;
    },
  });
  return {
    body,
    write: (text: string) => control?.enqueue(new TextEncoder().encode(text)),
    close: () => control?.close(),
    break: () => control?.error(new Error("broken off")),
  };
}
const eventStream = { "content-type": "text/event-stream", [RESULT_STATUS_HEADER]: "200" };
const piece = (content: string, finish: string | null = null) =>
  `data: ${JSON.stringify({ object: "chat.completion.chunk", choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`;

describe("a registration", () => {
  test(verifies("virtual.publish", "inserts rows as the kind describes them, and its publisher"), async () => {
    const publisher = await publish(admin, { names: ["fresh-a", "fresh-b"], slots: 3 });
    const row = await rowOf("fresh-a");
    expect(row.spec).toEqual({
      type: "openai",
      model: "model-of-fresh-a",
      tier: "fast",
      timeouts: { firstByte: 300_000, idle: 120_000 },
    });
    expect(row.status).toMatchObject({ lifecycle: "virtual", state: "active", publisher: publisher.id });
    const [own] = await rows(edge.databaseUrl, `select * from publisher where name = '${publisher.id}'`);
    expect(own).toMatchObject({
      spec: { host: { hostname: "testbox", platform: "test" }, slots: 3, owner: "admin" },
      status: { state: "active", llms: ["fresh-a", "fresh-b"] },
    });
  });

  test("without a channel is inactive after the time for one", async () => {
    await publish(admin, { names: ["no-channel"] });
    expect((await rowOf("no-channel")).status.state).toBe("active");
    await becomes("no-channel", "inactive");
    const answer = await chat("no-channel");
    expect(answer).toMatchObject({ status: 503, body: { error: { code: "publisher_offline" } } });
    expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
  });

  test(
    verifies("virtual.conflict", "of a public LLM's name, or another's active one, is 409 and changes nothing"),
    async () => {
      const holder = await publish(admin, { names: ["held"] });
      await holder.open();
      await rows(
        edge.databaseUrl,
        `insert into llm (id, name, spec, status) values ('public1', 'made-by-hand',
       '{"type":"openai","model":"m","tier":"fast","timeouts":{"firstByte":1000,"idle":1000}}', '{"lifecycle":"public","state":"active"}')`,
      );
      const before = await everyRow();
      for (const name of ["held", "made-by-hand"]) {
        const answer = await register(["aaa-new", name, "zzz-new"]);
        expect(answer).toMatchObject({ status: 409, body: { code: "publisher_conflict" } });
        expect(JSON.stringify(answer.body)).toContain(name);
      }
      expect(await everyRow()).toEqual(before);
    },
  );

  test(
    verifies("virtual.sticky", "of the same session takes its rows again, and lets go of what it no longer names"),
    async () => {
      const first = await publish(admin, { names: ["kept", "dropped"] });
      const channel = await first.open();
      const before = await rowOf("kept");
      const again = await publish(admin, {
        names: ["kept"],
        session: { id: first.id, secret: first.registered.sessionSecret },
      });
      expect(again.id).toBe(first.id);
      expect(again.registered.sessionSecret).not.toBe(first.registered.sessionSecret);
      expect((await rowOf("kept")).id).toBe(before.id);
      expect((await rowOf("dropped")).status.state).toBe("inactive");
      expect((await first.heartbeat()).status, "the secret before is void").toBe(401);
      channel.close();
      await becomes("kept", "inactive");
    },
  );

  test("of another session adopts what is inactive, with its id", async () => {
    const first = await publish(admin, { names: ["adopted"] });
    const channel = await first.open();
    const before = await rowOf("adopted");
    channel.close();
    await becomes("adopted", "inactive");
    const second = await publish(admin, { names: ["adopted"] });
    await second.open();
    const after = await rowOf("adopted");
    expect(after.id).toBe(before.id);
    expect(after.status.publisher).toBe(second.id);
    await first.open();
    expect((await rowOf("adopted")).status.publisher, "the first one is late").toBe(second.id);
  });

  test("under another's session id, without secret and as somebody else, gets a session of its own", async () => {
    const first = await publish(admin, { names: ["mine"] });
    await first.open();
    const email = "intruder@example.com";
    const password = "correct horse battery staple";
    await admin.create("users", { name: "intruder", email, password });
    const bindings = [{ role: "create", resource: "llms" }];
    await admin.create("rbac", { name: "intruder", subjects: [{ kind: "User", name: "intruder" }], bindings });
    const login = await admin.as("").call("POST", "/api/v1/auth/login", { email, password });
    const intruder = admin.as(String((login.body as Record<string, unknown>)["accessToken"]));
    const body = registration({ names: ["theirs"], session: { id: first.id, secret: "a guess" } });
    const answer = await intruder.call("POST", "/api/v1/llms/_provider-register", body);
    expect(answer.status).toBe(200);
    expect(registerResponse.parse(answer.body).providerSessionId).not.toBe(first.id);
    const taking = registration({ names: ["mine"], session: { id: first.id } });
    expect((await intruder.call("POST", "/api/v1/llms/_provider-register", taking)).status).toBe(409);
    expect((await first.heartbeat()).status).toBe(200);
  });

  test("race: of two that claim one name at once, exactly one gets it", async () => {
    for (let i = 0; i < 5; i++) {
      const names = [`race-${i}-x`, `race-${i}-y`];
      const answers = await Promise.all([register(names), register([...names].reverse()), register(names)]);
      expect(answers.map((a) => a.status).sort()).toEqual([200, 409, 409]);
    }
  });

  test("race in PostgreSQL proper, where transactions overlap: exactly one gets it, and no half of another", async (context) => {
    const postgres = await startPrivatePostgres();
    if (!postgres) return context.skip("no PostgreSQL is installed");
    const real = await startEdge({ store: postgres.databaseUrl });
    try {
      const api = apiOf(real.url, (await real.bootstrap()).token);
      for (let i = 0; i < 5; i++) {
        const names = ["a", "b", "c"].map((n) => `race-${i}-${n}`);
        const claims = [names, [...names].reverse(), [...names, `race-${i}-d`], names];
        const answers = await Promise.all(
          claims.map((n) => api.call("POST", "/api/v1/llms/_provider-register", registration({ names: n }))),
        );
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

  test("that is not right names each fault; another protocol names the versions", async () => {
    const body = { protocol: 1, llms: [{ name: "Not A Label", model: "" }] };
    expect(await admin.call("POST", "/api/v1/llms/_provider-register", body)).toMatchObject({
      status: 400,
      body: { code: "invalid_request", errors: [{ path: "llms[0].name" }, { path: "llms[0].model" }] },
    });
    expect(await admin.call("POST", "/api/v1/llms/_provider-register", { ...body, protocol: 99 })).toMatchObject({
      status: 400,
      body: { code: "unsupported", hint: expect.stringContaining("update the edge") },
    });
    expect((await register(["twice", "twice"])).status).toBe(400);
    expect(
      (await admin.as("").call("POST", "/api/v1/llms/_provider-register", registration({ names: ["n"] }))).status,
    ).toBe(401);
  });
});

describe("a task", () => {
  test(
    verifies("virtual.no-caller-token", "carries what the model server may see, and its answer comes back as it was"),
    async () => {
      const publisher = await publish(admin, { names: ["round-trip"] });
      const channel = await publisher.open();
      const answer = admin.call(
        "POST",
        "/v1/chat/completions",
        { model: "round-trip", messages: [{ role: "user", content: "hi" }], unknown_field: 1 },
        { "x-api-key": admin.token, cookie: "secret=1", "x-forwarded-for": "10.1.2.3" },
      );
      const task = await channel.next("infer");
      expect(task).toMatchObject({
        llm: "round-trip",
        model: "model-of-round-trip",
        path: "/v1/chat/completions",
        stream: false,
      });
      expect(JSON.parse(task.body)).toMatchObject({ model: "model-of-round-trip", unknown_field: 1 });
      expect(JSON.stringify(task)).not.toContain(admin.token);
      expect(Object.keys(task.headers).filter((h) => !["accept", "content-type"].includes(h))).toEqual([]);
      expect(await publisher.result(task.taskId, answered(completion))).toMatchObject({ status: 200 });
      expect(await answer).toMatchObject({ status: 200, body: completion });
      channel.close();
      await becomes("round-trip", "inactive");
    },
  );

  test("streams chunk by chunk: each reaches the caller before the next is sent", async () => {
    const publisher = await publish(admin, { names: ["chunks"] });
    const channel = await publisher.open();
    const response = stream("chunks");
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
    const publisher = await publish(admin, { names: ["posted"] });
    const channel = await publisher.open();
    const response = stream("posted");
    const { taskId } = await channel.next("infer");
    const all = [piece("one"), piece("", "stop"), "data: [DONE]\n\n"];
    for (const [i, data] of all.entries())
      expect((await publisher.result(taskId, JSON.stringify({ chunk: { data, done: i === 2 } }))).status).toBe(200);
    expect(await (await response).text()).toBe(all.join(""));
  });

  test("keeps the model server's own refusal, and tells a publisher's failure", async () => {
    const publisher = await publish(admin, { names: ["refuses"] });
    const channel = await publisher.open();
    const refused = chat("refuses");
    const error = { error: { message: "context too long", type: "invalid_request_error" } };
    await publisher.result((await channel.next("infer")).taskId, JSON.stringify({ status: 400, body: error }));
    expect(await refused).toMatchObject({ status: 400, body: error });
    const failed = chat("refuses");
    await publisher.result((await channel.next("infer")).taskId, JSON.stringify({ error: "the GPU is on fire" }));
    expect(await failed).toMatchObject({ status: 502, body: { error: { code: "publisher_failed" } } });
    expect(JSON.stringify((await failed).body)).toContain("the GPU is on fire");
  });

  test("that streams ends with an error event when its publisher goes, never as if complete", async () => {
    const publisher = await publish(admin, { names: ["goes-away"] });
    const channel = await publisher.open();
    const response = stream("goes-away");
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
    const publisher = await publish(admin, { names: ["breaks-off"] });
    const channel = await publisher.open();
    const response = stream("breaks-off");
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
    const next = chat("breaks-off");
    await publisher.result((await channel.next("infer")).taskId, answered(completion));
    expect((await next).status).toBe(200);
  });

  test(
    verifies("virtual.cancel", "whose caller hangs up is cancelled within a second, in the middle of its answer"),
    async () => {
      const publisher = await publish(admin, { names: ["hangs-up"] });
      const channel = await publisher.open();
      const caller = new AbortController();
      const response = stream("hangs-up", caller.signal);
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
      const next = chat("hangs-up");
      await publisher.result((await channel.next("infer")).taskId, answered(completion));
      expect((await next).status).toBe(200);
    },
  );

  test("whose streaming caller waits gets headers and a comment within five seconds, then its answer", async () => {
    const publisher = await publish(admin, { names: ["slow"] });
    const channel = await publisher.open();
    const asked = Date.now();
    const pending = stream("slow");
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
    const publisher = await publish(admin, { names: ["never"] });
    const channel = await publisher.open();
    await rows(
      edge.databaseUrl,
      `update llm set spec = jsonb_set(spec, '{timeouts,firstByte}', '700') where name = 'never'`,
    );
    const answer = chat("never");
    const { taskId } = await channel.next("infer");
    expect((await answer).status).toBe(504);
    expect((await channel.next("cancel")).taskId).toBe(taskId);
    expect(await publisher.result(taskId, answered(completion))).toMatchObject({
      status: 409,
      body: { code: "task_gone" },
    });
  });
});

describe("misuse", () => {
  let publisher: RawPublisher;

  test(verifies("virtual.session-secret", "a wrong or missing secret opens nothing"), async () => {
    publisher = await publish(admin, { names: ["guarded"] });
    const session = "x-mcpctl-provider-session";
    const secret = "x-mcpctl-provider-secret";
    const wrong: Record<string, string>[] = [
      {},
      { [session]: publisher.id },
      { [session]: publisher.id, [secret]: "wrong" },
      { [session]: "abcdefghijklmnop", [secret]: publisher.registered.sessionSecret },
      { [session]: "../../etc", [secret]: publisher.registered.sessionSecret },
      { authorization: `Bearer ${admin.token}` },
    ];
    for (const headers of wrong)
      for (const [method, path] of [
        ["GET", "_provider-stream"],
        ["POST", "_provider-heartbeat"],
        ["POST", "_provider-task/abc/result"],
      ] as const)
        expect(
          (await admin.as("").call(method, `/api/v1/llms/${path}`, method === "POST" ? {} : undefined, headers)).status,
        ).toBe(401);
  });

  test(verifies("virtual.session-secret", "a result counts once, for a task of its own session only"), async () => {
    const other = await publish(admin, { names: ["foreign"] });
    await other.open();
    const channel = await publisher.open();
    const answer = chat("guarded");
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

  test("a second channel replaces the first, which is told", async () => {
    const one = await publish(admin, { names: ["two-channels"] });
    const first = await one.open();
    const second = await one.open();
    await until("the first has ended", () => first.ended);
    expect(first.events.at(-1)).toEqual({ event: "closed", data: '{"because":"replaced"}' });
    const answer = chat("two-channels");
    await one.result((await second.next("infer")).taskId, answered(completion));
    expect((await answer).status).toBe(200);
    expect((await rowOf("two-channels")).status.state).toBe("active");
  });

  test("a good-bye makes it inactive before it is answered", async () => {
    const one = await publish(admin, { names: ["bye"] });
    const channel = await one.open();
    expect(await one.heartbeat({ leaving: true })).toMatchObject({ status: 200, body: { state: "inactive" } });
    expect((await rowOf("bye")).status.state).toBe("inactive");
    await until("the channel has ended", () => channel.ended);
  });
});

describe("the queue", () => {
  test(verifies("virtual.queue", "keeps the order, and refuses what is too much with Retry-After"), async () => {
    const publisher = await publish(admin, { names: ["queued"] });
    const channel = await publisher.open();
    const first = chat("queued", { user: "first" });
    const held = await channel.next("infer");
    const waiting: ReturnType<typeof chat>[] = [];
    for (let i = 0; i < PUBLISHER_QUEUE_LENGTH; i++) waiting.push(chat("queued", { user: `n${i}` }));
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
        const answer = await Promise.race([chat("queued"), ...waiting]);
        if (answer.status === 429) return answer;
      }
    }
  });

  test("a wait that is too long is 429; a slot that gets free is used at once", async () => {
    const publisher = await publish(admin, { names: ["patient"] });
    const channel = await publisher.open();
    const first = chat("patient", { user: "1" });
    const one = await channel.next("infer");
    const second = chat("patient", { user: "2" });
    await publisher.result(one.taskId, answered(completion));
    const two = await channel.next("infer");
    expect(JSON.parse(two.body)).toMatchObject({ user: "2" });
    expect((await first).status).toBe(200);
    const third = await chat("patient", { user: "3" });
    expect(third).toMatchObject({ status: 429, body: { error: { code: "queue_full" } } });
    await publisher.result(two.taskId, answered(completion));
    expect((await second).status).toBe(200);
  });
});

describe("time and trouble", () => {
  test("in the steady state the store hears nothing", async () => {
    const publisher = await publish(admin, { names: ["steady"] });
    const channel = await publisher.open();
    expect((await publisher.heartbeat()).body).toEqual({ state: "active", channel: true });
    const before = await edge.stats();
    for (let i = 0; i < 20; i++) await publisher.heartbeat({ slotsUsed: i % 2 });
    expect((await edge.stats()).queries).toBe(before.queries);
    channel.close();
  });

  test("an edge that was killed and restarted has its publisher back under the same session, and no row changed", async () => {
    const publisher = await publish(admin, { names: ["restarted"] });
    const channel = await publisher.open();
    const before = await rowOf("restarted");
    await edge.kill();
    await until("the channel broke", () => channel.ended);
    await edge.restart();
    const again = await publisher.open();
    expect(again.status).toBe(200);
    expect(await rowOf("restarted")).toEqual(before);
    const answer = chat("restarted");
    await publisher.result((await again.next("infer")).taskId, answered(completion));
    expect((await answer).status).toBe(200);
  });

  test("an edge that was killed and restarted without its publisher coming back makes it inactive by itself", async () => {
    await publish(admin, { names: ["orphaned"] }).then((p) => p.open());
    await edge.kill();
    await edge.restart();
    expect((await chat("orphaned")).status).toBe(503);
    await becomes("orphaned", "inactive");
  });
});

describe("the sweep", () => {
  test("heals what a lost object left behind, deletes what is old, and leaves what lives", async () => {
    const alive = await publish(admin, { names: ["swept-alive"] });
    await alive.open();
    const spec = '{"type":"openai","model":"m","tier":"fast","timeouts":{"firstByte":1000,"idle":1000}}';
    const status = (state: string, since: string) =>
      JSON.stringify({ lifecycle: "virtual", state, publisher: "lostlostlostlostlostlost", since });
    await rows(
      edge.databaseUrl,
      `insert into llm (id, name, spec, status) values
       ('swept1', 'swept-lost', '${spec}', '${status("active", new Date().toISOString())}'),
       ('swept2', 'swept-old', '${spec}', '${status("inactive", "2020-01-01T00:00:00Z")}')`,
    );
    for (let i = 0; i < 2; i++) {
      await edge.trigger("*/5 * * * *");
      expect((await rowOf("swept-lost")).status.state).toBe("inactive");
      expect(await rowOf("swept-old")).toBeUndefined();
      expect((await rowOf("swept-alive")).status.state).toBe("active");
    }
  });

  test("on use, a row whose session is lost becomes inactive, and a registration takes its name at once", async () => {
    const spec = '{"type":"openai","model":"m","tier":"fast","timeouts":{"firstByte":1000,"idle":1000}}';
    const status = (publisher: string) =>
      JSON.stringify({ lifecycle: "virtual", state: "active", publisher, since: new Date().toISOString() });
    await rows(
      edge.databaseUrl,
      `insert into llm (id, name, spec, status) values
       ('lost1', 'lost-called', '${spec}', '${status("lostlostlostlostlostcall")}'),
       ('lost2', 'lost-taken', '${spec}', '${status("lostlostlostlostlosttake")}')`,
    );
    expect(await chat("lost-called")).toMatchObject({ status: 503 });
    expect((await rowOf("lost-called")).status.state).toBe("inactive");
    const taker = await publish(admin, { names: ["lost-taken"] });
    expect(await rowOf("lost-taken")).toMatchObject({ id: "lost2", status: { state: "active", publisher: taker.id } });
  });
});

describe("short times", () => {
  test("a publisher that stops beating is inactive although its channel is open; deleted when it stays away", async () => {
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
      expect(await rows(quick.databaseUrl, "select * from publisher")).toEqual([]);
      expect((await publisher.heartbeat()).status).toBe(401);
    } finally {
      await quick.stop();
    }
  });
});
