/** Requests of no sense at the routes that kinds have beside the generic ones: refused, and never a fault of the edge's. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";

let edge: TestEdge;
let admin: Api;

beforeAll(async () => {
  edge = await startEdge();
  admin = apiOf(edge.url, (await edge.bootstrap()).token);
  await admin.create("llms", { name: "gpt", type: "openai", model: "m" });
  await admin.create("agents", { name: "red", llm: "gpt" });
  await admin.create("personalities", { name: "calm", agent: "red" });
});
afterAll(() => edge?.stop());

const words = [
  "%00",
  "%ff",
  "%ED%A0%80",
  "..",
  "a".repeat(300),
  "a".repeat(9000),
  "'",
  "%F0%9F%98%80",
  "-1",
  "__proto__",
  "constructor",
];
const queries = [
  "",
  "?x=%00",
  "?agent=%00",
  "?project=constructor",
  "?limit=-1",
  "?limit=1e9",
  "?apply=1",
  "?watch=yes",
  "?sort=-",
  "?continue=e30",
  "?fieldSelector=%3D",
  "?labelSelector=a%20in%20(",
  "?resourceVersion=1:1:",
];
const bodies: unknown[] = [
  undefined,
  "",
  "{",
  "null",
  "[]",
  "1",
  '"x"',
  {},
  { prompt: 1 },
  { prompt: "" },
  '{"prompt":"x","priority":1e400}',
  { role: "run", action: "x" },
  { role: "view", resource: "*", name: "" },
  '{"__proto__":{"a":1}}',
  { deviceCode: {} },
  { code: "x", codeVerifier: "y", redirectUri: "z" },
  "[".repeat(100_000),
];

const paths = (word: string) =>
  [
    ["GET", `/api/v1/llms/${word}/access`],
    ["GET", `/api/v1/personalities/${word}/access`],
    ["GET", `/api/v1/llms/${word}/referrers`],
    ["GET", `/api/v1/personalities/${word}/prompts`],
    ["DELETE", `/api/v1/personalities/calm/prompts/${word}`],
    ["GET", `/api/v1/sessions/${word}`],
    ["DELETE", `/api/v1/sessions/${word}`],
    ["GET", `/api/v1/auditevents/${word}`],
    ["GET", `/api/v1/users/${word}/identities`],
    ["DELETE", `/api/v1/users/admin/identities/${word}`],
    ["GET", `/api/v1/groups/${word}/members`],
    ["GET", `/api/v1/projects/${word}/prompts`],
    ["GET", `/api/v1/agents/${word}/personalities`],
    ["DELETE", `/api/v1/auth/tokens/${word}`],
  ] as const;

test("odd words in a path are never a fault of the edge", async () => {
  for (const word of words)
    for (const [method, path] of paths(word)) {
      const { status } = await admin.call(method, path);
      expect(status, `${method} ${path.slice(0, 90)}`).toBeLessThan(500);
    }
});

test("odd query parameters are never a fault of the edge", async () => {
  for (const query of queries)
    for (const path of [
      "personalities/calm/prompts",
      "llms/gpt/access",
      "llms/gpt/referrers",
      "agents/red/personalities",
      "sessions",
      "auditevents",
      "personalities/calm",
      "agents/red/prompts",
    ]) {
      const { status } = await admin.call("GET", `/api/v1/${path}${query}`);
      expect(status, path + query).toBeLessThan(500);
    }
});

test("odd bodies are never a fault of the edge, by every method", async () => {
  for (const path of [
    "/api/v1/personalities/calm/prompts",
    "/api/v1/promptrequests/none/approve",
    "/api/v1/auth/can-i",
    "/api/v1/auth/device",
    "/api/v1/auth/device/token",
    "/api/v1/auth/device/confirm",
    "/api/v1/auth/oidc/token",
    "/api/v1/auth/oidc/authorize",
    "/api/v1/auth/oidc/callback?state=%00&code=%ff",
    "/device?code=%00",
    "/device/confirm",
    "/api/v1/sessions",
    "/api/v1/auditevents",
    "/api/v1/instances",
  ])
    for (const method of ["POST", "PUT", "PATCH", "DELETE"])
      for (const body of method === "POST" ? bodies : [{}]) {
        const { status } = await admin.call(method, path, body);
        expect(status, `${method} ${path} ${JSON.stringify(body)?.slice(0, 60)}`).toBeLessThan(500);
      }
});
