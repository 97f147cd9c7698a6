/** What the edge answers is what its document says of that very route: the status, the media type, the headers, and the body. */
import { gzipSync } from "node:zlib";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { verifies } from "../requirements.ts";

let edge: TestEdge;
let token: string;

const responses = z.record(
  z.string(),
  z.union([
    z.object({ $ref: z.string() }),
    z.object({
      headers: z.record(z.string(), z.unknown()).optional(),
      content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) })).optional(),
    }),
  ]),
);
const shape = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ responses }))),
  components: z.object({ schemas: z.record(z.string(), z.unknown()), responses }),
});
let document: z.infer<typeof shape>;

beforeAll(async () => {
  edge = await startEdge();
  token = (await edge.bootstrap()).token;
  document = shape.parse(await (await call("GET", "/api/v1/openapi.json")).json());
});
afterAll(() => edge?.stop());

interface Sent {
  body?: unknown;
  headers?: Record<string, string>;
  anonymous?: true;
}

function call(method: string, path: string, { body, headers, anonymous }: Sent = {}): Promise<Response> {
  const json = body === undefined || body instanceof Uint8Array ? body : JSON.stringify(body);
  return fetch(edge.url + path, {
    method,
    redirect: "manual",
    headers: {
      ...(anonymous ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(json === undefined ? {} : { body: json as string }),
  });
}

function documented(method: string, template: string, status: number) {
  const found = document.paths[template]?.[method.toLowerCase()]?.responses[status];
  if (!found) throw new Error(`${method} ${template} does not say that it answers ${status}`);
  if (!("$ref" in found)) return found;
  const there = document.components.responses[found.$ref.replace("#/components/responses/", "")];
  if (!there || "$ref" in there) throw new Error(`${found.$ref} is not there`);
  return there;
}

function schemaOf(schema: Record<string, unknown>): z.ZodType {
  const text = JSON.stringify({ ...schema, $defs: document.components.schemas });
  return z.fromJSONSchema(JSON.parse(text.replaceAll("#/components/schemas/", "#/$defs/")));
}

/** Method, path as in the document, status, and what is sent to which path. */
const asked: [string, string, number, (Sent & { at?: string })?][] = [
  ["GET", "/healthz", 200, { anonymous: true }],
  ["GET", "/readyz", 200, { anonymous: true }],
  ["GET", "/.well-known/jwks.json", 200, { anonymous: true }],
  ["GET", "/api/v1/auth/methods", 200, { anonymous: true }],
  ["GET", "/api/v1/auth/me", 200],
  ["GET", "/api/v1/auth/me", 401, { anonymous: true }],
  ["POST", "/api/v1/auth/can-i", 200, { body: { role: "view", resource: "llms" } }],
  ["POST", "/api/v1/auth/can-i", 400, { body: { role: "view", resource: "lmms" } }],
  ["POST", "/api/v1/auth/login", 401, { anonymous: true, body: { email: "nobody@example.com", password: "x" } }],
  ["POST", "/api/v1/auth/login", 400, { anonymous: true, body: { email: "nobody@example.com" } }],
  ["GET", "/device", 400, { anonymous: true }],
  ["GET", "/device/confirm", 400, { anonymous: true }],
  ["GET", "/login/done", 200, { anonymous: true }],
  ["GET", "/api/v1/auth/oidc/authorize", 400, { anonymous: true }],
  ["POST", "/api/v1/llms", 201, { body: { name: "gpt", type: "openai", model: "m" } }],
  ["POST", "/api/v1/llms", 409, { body: { name: "gpt", type: "openai", model: "m" } }],
  ["POST", "/api/v1/llms", 400, { body: { name: "gpt2", tpye: "openai" } }],
  ["POST", "/api/v1/llms", 413, { body: { name: "gpt2", description: "x".repeat(3_000_000) } }],
  ["POST", "/api/v1/llms", 415, { body: gzipSync("{}"), headers: { "content-encoding": "gzip" } }],
  ["GET", "/api/v1/llms", 200],
  ["GET", "/api/v1/llms", 400, { at: "/api/v1/llms?limit=0" }],
  ["GET", "/api/v1/llms/{name}", 200, { at: "/api/v1/llms/gpt" }],
  ["GET", "/api/v1/llms/{name}", 304, { at: "/api/v1/llms/gpt", headers: { "if-none-match": "*" } }],
  ["GET", "/api/v1/llms/{name}", 404, { at: "/api/v1/llms/gtp" }],
  ["PUT", "/api/v1/llms/{name}", 200, { at: "/api/v1/llms/gpt", body: { type: "openai", model: "n" } }],
  ["PATCH", "/api/v1/llms/{name}", 200, { at: "/api/v1/llms/gpt", body: { description: null } }],
  ["PATCH", "/api/v1/llms/{name}", 412, { at: "/api/v1/llms/gpt", body: {}, headers: { "if-match": '"0"' } }],
  ["GET", "/api/v1/llms/{name}/referrers", 200, { at: "/api/v1/llms/gpt/referrers" }],
  ["GET", "/api/v1/llms/{name}/access", 200, { at: "/api/v1/llms/gpt/access" }],
  ["POST", "/api/v1/mcptokens", 201, { body: { name: "ci" } }],
  ["GET", "/api/v1/mcptokens/introspect", 200],
  ["POST", "/api/v1/agents", 201, { body: { name: "red", llm: "gpt" } }],
  ["POST", "/api/v1/agents/{name}/threads", 201, { at: "/api/v1/agents/red/threads" }],
  ["DELETE", "/api/v1/llms/{name}", 409, { at: "/api/v1/llms/gpt" }],
  ["DELETE", "/api/v1/agents/{name}", 200, { at: "/api/v1/agents/red" }],
  ["GET", "/v1/models", 200],
  ["GET", "/v1/models/{name}", 200, { at: "/v1/models/gpt" }],
  ["GET", "/v1/models/{name}", 404, { at: "/v1/models/gtp" }],
  ["POST", "/v1/chat/completions", 400, { body: {} }],
  ["POST", "/v1/chat/completions", 404, { body: { model: "none" } }],
  ["POST", "/v1/chat/completions", 401, { body: { model: "gpt" }, anonymous: true }],
];

test(verifies("resources.openapi", "the OpenAPI document has each route's answers"), async () => {
  for (const [method, template, status, sent = {}] of asked) {
    const what = `${method} ${sent.at ?? template}`;
    const answer = await call(method, sent.at ?? template, sent);
    const text = await answer.text();
    expect(answer.status, `${what}: ${text.slice(0, 300)}`).toBe(status);
    const { content = {}, headers = {} } = documented(method, template, status);
    for (const name of Object.keys(headers))
      if (!["warning", "retry-after"].includes(name.toLowerCase())) expect(answer.headers.has(name), name).toBe(true);
    if (text === "") continue;
    const type = answer.headers.get("content-type")?.split(";")[0] ?? "";
    expect(Object.keys(content), `${what}: ${status}`).toContain(type);
    if (!type.includes("json")) continue;
    const read = schemaOf(content[type]?.schema ?? {}).safeParse(JSON.parse(text));
    expect(read.error, `${what}: ${text.slice(0, 300)}`).toBeUndefined();
  }
});

test(verifies("resources.openapi", "the OpenAPI document has each event of a watch"), async () => {
  const media = documented("GET", "/api/v1/llms", 200).content?.["text/event-stream"];
  const { properties } = z
    .object({ properties: z.object({ data: z.object({ contentSchema: z.record(z.string(), z.unknown()) }) }) })
    .parse(media?.schema);
  const schema = schemaOf(properties.data.contentSchema);
  expect(schema.safeParse({ type: "ADDED", object: { kind: "llm" } }).success).toBe(false);
  expect((await call("POST", "/api/v1/llms", { body: { name: "seen", type: "openai", model: "m" } })).status).toBe(201);
  const leave = new AbortController();
  const stream = await fetch(`${edge.url}/api/v1/llms?watch=true`, {
    headers: { authorization: `Bearer ${token}` },
    signal: leave.signal,
  });
  const events = stream.body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  if (!events) throw new Error("a watch answered without a body");
  const seen: string[] = [];
  for await (const { event, data } of events) {
    expect(schema.safeParse(JSON.parse(data)).error, data).toBeUndefined();
    seen.push(event ?? "");
    if (event === "BOOKMARK") break;
  }
  leave.abort();
  expect(new Set(seen)).toEqual(new Set(["ADDED", "BOOKMARK"]));
});

test("the OpenAPI document has a token in the answer that shows it, and in no list", () => {
  const token = z.object({ properties: z.object({ token: z.object({ type: z.literal("string") }) }) });
  expect(token.safeParse(document.components.schemas["Mcptoken"]).success).toBe(true);
  expect(token.safeParse(document.components.schemas["Llm"]).success).toBe(false);
});
