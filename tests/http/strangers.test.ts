/** Requests as other people's clients, proxies and scanners send them: what can't be right is refused, in words that help. */
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientOf, type Send } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";

let edge: TestEdge;
let send: Send;
let token: string;
const as = (body?: unknown, headers: Record<string, string> = {}) => ({ token, body, headers });

beforeAll(async () => {
  edge = await startEdge();
  send = clientOf(edge.url);
  token = (await edge.bootstrap()).token;
  expect((await send("POST", "/api/v1/groups", as({ name: "red", labels: { a: "b" } }))).status).toBe(201);
});
afterAll(() => edge?.stop());

test("a path that ends in a slash is 404", async () => {
  for (const path of ["/api/v1/groups/", "/api/v1/groups/red/", "/v1/models/"])
    for (const method of ["GET", "DELETE", "POST"]) {
      const { status, text } = await send(method, path, as());
      expect(status, `${method} ${path}`).toBe(404);
      expect(text).toContain("slash");
    }
});

test("the root path names the OpenAPI document", async () => {
  expect((await send("GET", "/", as())).body["hint"]).toContain("openapi.json");
});

test("a query parameter that is given twice is refused", async () => {
  for (const [method, query] of [
    ["GET", "?labelSelector=a%3Db&labelSelector=c%3Dd"],
    ["GET", "?limit=1&limit=2"],
    ["DELETE", "/red?dryRun=false&dryRun=true"],
    ["POST", "?dryRun=false&dryRun=true"],
  ] as const) {
    const { status, body } = await send(method, `/api/v1/groups${query}`, as(method === "POST" ? {} : undefined));
    expect([status, body["code"]], query).toEqual([400, "invalid_request"]);
    expect(body["detail"]).toContain("is given twice");
  }
  expect((await send("GET", "/api/v1/groups/red", as())).status).toBe(200);
});

test("a selector with an empty part is refused", async () => {
  for (const selector of [",", "a=b,", ",a", "a=b,,c"])
    for (const param of ["labelSelector", "fieldSelector"]) {
      const path = `/api/v1/groups?${param}=${encodeURIComponent(selector.replaceAll("a", "name"))}`;
      expect((await send("GET", path, as())).status, path).toBe(400);
    }
});

test("the continue token of one list is refused by another", async () => {
  expect((await send("POST", "/api/v1/groups", as({ name: "blue" }))).status).toBe(201);
  const page = await send("GET", "/api/v1/groups?limit=1", as());
  const next = `limit=1&continue=${page.body["continue"]}`;
  expect((await send("GET", `/api/v1/groups?${next}`, as())).status).toBe(200);
  const other = await send("GET", `/api/v1/users?${next}`, as());
  expect([other.status, other.body["detail"]]).toEqual([400, "continue: the token belongs to another list."]);
});

test("a token can't have the name of a route", async () => {
  const { status, body } = await send("POST", "/api/v1/mcptokens", as({ name: "introspect" }));
  expect([status, body["code"]]).toEqual([400, "invalid_request"]);
  expect(body["detail"]).toContain("name: can't be");
});

test("a compressed body is refused as that", async () => {
  const body = gzipSync('{"name":"blue"}');
  const headers = { "content-encoding": "gzip", "content-type": "application/json", authorization: `Bearer ${token}` };
  for (const path of ["/api/v1/groups", "/v1/chat/completions", "/api/v1/auth/login"]) {
    const answer = await fetch(`${edge.url}${path}`, { method: "POST", headers, body });
    expect(answer.status, path).toBe(415);
    expect(answer.headers.get("accept-encoding")).toBe("identity");
    expect(await answer.text()).toContain("without Content-Encoding");
  }
});

test("a patch of another media type is refused", async () => {
  const body = { description: "patched" };
  const other = { "content-type": "application/strategic-merge-patch+json" };
  const answer = await send("PATCH", "/api/v1/groups/red", as(body, other));
  expect([answer.status, answer.body["code"]]).toEqual([415, "unsupported_media"]);
  expect(answer.headers.get("accept-patch")).toContain("application/merge-patch+json");
  const merge = { "content-type": "application/merge-patch+json" };
  expect((await send("PATCH", "/api/v1/groups/red", as(body, merge))).body["description"]).toBe("patched");
});

test("a method that a path does not have is 405 with Allow", async () => {
  for (const [method, path, allow] of [
    ["OPTIONS", "/api/v1/groups", "GET, HEAD, POST"],
    ["POST", "/api/v1/groups/red", "GET, HEAD, PUT, PATCH, DELETE"],
    ["HEAD", "/api/v1/groups?watch=true", "GET"],
    ["DELETE", "/v1/models", "GET, HEAD"],
    ["DELETE", "/api/v1/llms/_provider-heartbeat", "POST"],
    ["OPTIONS", "/api/v1/llms/_provider-stream", "GET, HEAD"],
  ] as const) {
    const answer = await send(method, path, as());
    expect([answer.status, answer.headers.get("allow")], `${method} ${path}`).toEqual([405, allow]);
  }
});

test("a body that does not fit names the fields that do, and repeats no password", async () => {
  const question = await send("POST", "/api/v1/auth/can-i", as({ role: "run", action: "lgos" }));
  expect(question.body["detail"]).toContain("did you mean");
  const login = await send("POST", "/api/v1/auth/login", { body: { email: "a@b.c", password: "p".repeat(300) } });
  expect(login.status).toBe(400);
  expect(login.text).not.toContain("ppp");
  const first = await send("POST", "/api/v1/auth/bootstrap", { body: {} });
  expect(first.body["detail"]).toContain("is required");
});
