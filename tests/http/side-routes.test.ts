/** What the generic routes promise, the routes beside them keep: a dry run writes nothing, and nobody overwrites what they have not seen. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, clientOf, type Send } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";

let edge: TestEdge;
let send: Send;
let token: string;
let thread: string;

const at = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  send(method, `/api/v1/${path}`, { token, body, headers });

beforeAll(async () => {
  edge = await startEdge();
  send = clientOf(edge.url);
  token = (await edge.bootstrap()).token;
  for (const [kind, document] of [
    ["llms", { name: "gpt", type: "openai", model: "m" }],
    ["agents", { name: "red", llm: "gpt" }],
    ["personalities", { name: "calm", agent: "red" }],
    ["prompts", { name: "tone", content: "Be brief." }],
    ["promptrequests", { name: "proposed", content: "Be kind." }],
    ["mcptokens", { name: "ci" }],
  ] as const)
    expect((await at("POST", kind, document)).status, kind).toBe(201);
  const begun = await at("POST", "agents/red/threads");
  expect(begun.status).toBe(201);
  thread = String(begun.body["id"]);
  expect(begun.headers.get("location")).toBe(`${edge.url}/api/v1/threads/${thread}`);
});
afterAll(() => edge?.stop());

/** Each way to write beside the generic ones, and what is written by it. */
const writes = () =>
  [
    ["POST", "personalities/calm/prompts", { prompt: "tone" }, "personalities/calm"],
    ["DELETE", "personalities/calm/prompts/tone", undefined, "personalities/calm"],
    ["POST", "promptrequests/proposed/approve", undefined, "promptrequests/proposed"],
    ["POST", "mcptokens/ci/revoke", undefined, "mcptokens/ci"],
  ] as const;

test("an action's dry run answers with what would be, and changes nothing", async () => {
  for (const [method, path, body, written] of writes()) {
    const before = (await at("GET", written)).body;
    const dry = await at(method, `${path}?dryRun=true`, body);
    expect([200, 201], `${method} ${path}: ${dry.text}`).toContain(dry.status);
    expect(dry.body, path).not.toEqual(before);
    expect((await at("GET", written)).body, path).toEqual(before);
    // To be detached, it is attached first.
    if (method === "POST" && path.endsWith("/prompts")) expect((await at(method, path, body)).status).toBe(200);
  }
  expect((await at("GET", "prompts/proposed")).status).toBe(404);
});

test("an unknown query parameter is refused, so that a misspelt dry run writes nothing", async () => {
  for (const [method, path, body] of writes())
    expect((await at(method, `${path}?dryrun=true`, body)).body["detail"], path).toContain(
      'no query parameter "dryrun"',
    );
  for (const [method, path, body] of [
    ["PATCH", `threads/${thread}?dryRun=true`, { title: "Renamed" }],
    ["POST", "agents/red/threads?dryRun=true", undefined],
    ["POST", "auth/tokens?dryRun=true", { name: "dry" }],
    ["GET", "auth/me?watch=true", undefined],
  ] as const)
    expect((await at(method, path, body)).status, path).toBe(400);
  expect((await at("GET", "threads")).body["items"]).toHaveLength(1);
  // Probes and OpenAI's clients add what they like.
  for (const path of ["/healthz?probe=1", "/v1/models?api-version=1"])
    expect((await send("GET", path, { token })).status, path).toBe(200);
});

test("an action with a stale If-Match is refused", async () => {
  const stale = { "if-match": '"0"' };
  for (const [method, path, body] of [...writes(), ["PATCH", `threads/${thread}`, { title: "Renamed" }] as const]) {
    const { status, body: problem } = await at(method, path, body, stale);
    expect([status, problem["code"]], path).toEqual([412, "lost_update"]);
  }
  const { headers } = await at("GET", `threads/${thread}`);
  const seen = { "if-match": headers.get("etag") ?? "" };
  const both = await Promise.all([1, 2].map((n) => at("PATCH", `threads/${thread}`, { title: `${n}` }, seen)));
  expect(both.map((answer) => answer.status).sort()).toEqual([200, 412]);
});
