/** Malformed, mistyped, hostile: whatever comes in over any route, the answer is a 4xx that says why, and the edge stays well. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { type DeclaredRoute, label, routes } from "../harness/routes.ts";
import { verifies } from "../requirements.ts";

let edge: TestEdge;
let admin: Api;

beforeAll(async () => {
  edge = await startEdge({ env: { MAX_BODY_BYTES: "100000" } });
  admin = apiOf(edge.url, (await edge.bootstrap()).token);
});

afterAll(() => edge?.stop());

/** What ends the credential that everything here is asked with, and what a hello would open for hours. */
const spared = new Set(["POST /api/v1/auth/logout", "GET /api/v1/llms/_provider-stream"]);
const tried = routes.filter((r) => !spared.has(label(r)));
const writing = tried.filter((r) => r.method !== "GET" && r.method !== "DELETE");
const table = (list: readonly DeclaredRoute[]) => list.map((r) => [label(r), r] as const);
const at = (r: DeclaredRoute, name: string) => r.path.replace(/:[^/]+/g, () => name);

/** Neither a success nor the edge's fault; 503 is a publisher or store that is not there. */
function refused(status: number, what: string): void {
  expect(status, what).toBeGreaterThanOrEqual(200);
  expect(status === 503 ? 400 : status, what).toBeLessThan(500);
}

const bodies: readonly string[] = [
  "",
  "null",
  "[]",
  '"text"',
  "1e999",
  "{",
  '{"name": "x"',
  "\u0000",
  '{"__proto__": {"admin": true}, "constructor": {"prototype": {}}}',
  '{"name": {"toString": "x"}, "model": ["a"], "email": 1, "labels": {"__proto__": "x"}}',
  '{"name": "\\u0000", "model": "\\ud800", "email": "\\ud800@example.com", "password": "\\u0000"}',
  `{"name": "${"a".repeat(5_000)}", "model": "${"b".repeat(5_000)}"}`,
  `{"name": "x", "spec": ${"[".repeat(10_000)}${"]".repeat(10_000)}}`,
  '{"name": "x\'; drop table \\"user\\"; --", "model": "x\' or 1=1 --"}',
];

describe.each(table(writing))("%s", (_, r) => {
  test(verifies("inference.bad-input", "refuses malformed and hostile bodies"), async () => {
    for (const body of bodies) {
      const answer = await admin.call(r.method, at(r, "x"), body, { "content-type": "application/json" });
      refused(answer.status, `${body.slice(0, 80)} → ${JSON.stringify(answer.body)}`);
    }
    const large = await admin.call(
      r.method,
      at(r, "x"),
      JSON.stringify({ name: "x", model: "x", pad: "x".repeat(120_000) }),
    );
    // Routes that read no body never find out; those that do must say so.
    if (large.status !== 413) refused(large.status, JSON.stringify(large.body));
  });

  test("refuses or takes random documents without a fault", async () => {
    const document = fc.dictionary(
      fc.constantFrom(
        "name",
        "model",
        "email",
        "password",
        "type",
        "url",
        "data",
        "bindings",
        "subjects",
        "labels",
        "llms",
      ),
      fc.jsonValue({ maxDepth: 3 }),
    );
    await fc.assert(
      fc.asyncProperty(document, async (body) => {
        const answer = await admin.call(r.method, at(r, "x"), body);
        refused(answer.status, `${JSON.stringify(body)} → ${JSON.stringify(answer.body)}`);
      }),
      { numRuns: 15 },
    );
  });
});

const names = [
  "%00",
  "..%2f..%2fetc",
  "__proto__",
  "constructor",
  "%F0%9F%92%A3",
  "%ff",
  "a".repeat(3_000),
  "'--",
  "%",
];

describe.each(table(tried.filter((r) => r.path.includes(":"))))("%s", (_, r) => {
  test("finds nothing under an impossible name", async () => {
    for (const name of names) {
      const answer = await admin.call(
        r.method,
        at(r, name),
        r.method === "GET" || r.method === "DELETE" ? undefined : {},
      );
      expect(answer.status, `${name} → ${JSON.stringify(answer.body)}`).toBeGreaterThanOrEqual(400);
      refused(answer.status, `${name} → ${JSON.stringify(answer.body)}`);
    }
  });
});

const queries = [
  "limit=-1",
  "limit=1e9",
  "limit=x",
  "limit=1&limit=2",
  "continue=garbage",
  "continue=%00",
  "labelSelector=%28%28%28",
  "labelSelector=a%3D%3D%3Db",
  `labelSelector=${"a,".repeat(2_000)}`,
  "fieldSelector=status.nothing%3D1",
  "fieldSelector=%27%20or%201%3D1",
  "dryRun=maybe",
  "name=%00",
];

describe.each(table(tried.filter((r) => r.method === "GET" && !r.path.includes(":"))))("%s", (_, r) => {
  test("refuses or ignores hostile queries without a fault", async () => {
    for (const query of queries) {
      const answer = await admin.call("GET", `${r.path}?${query}`);
      refused(answer.status, `${query} → ${JSON.stringify(answer.body)}`);
    }
  });
});

test("after hostile requests the edge is ready, its admin is who they were, and the log has no fault", async () => {
  expect(edge.log()).not.toContain('"cause"');
  expect((await admin.call("GET", "/readyz")).status).toBe(200);
  expect(await admin.read("/api/v1/auth/me")).toMatchObject({ kind: "User", name: "admin" });
});
