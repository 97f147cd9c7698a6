/** What somebody tries who means harm, against a real edge. */
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { logIn, personWith } from "../harness/people.ts";
import { rows } from "../harness/rows.ts";

let edge: TestEdge;
let admin: Api;

beforeAll(async () => {
  edge = await startEdge();
  admin = apiOf(edge.url, (await edge.bootstrap()).token);
});
afterAll(() => edge?.stop());

describe("a request's body", () => {
  test("of megabytes is not parsed for somebody without a credential", async () => {
    const pad = "x".repeat(100_000);
    for (const path of ["login", "refresh", "bootstrap"]) {
      const answer = await apiOf(edge.url, "").call("POST", `/api/v1/auth/${path}`, { pad });
      expect(answer, path).toMatchObject({ status: 413, body: { code: "too_large" } });
    }
  });

  test("in chunks is measured, whatever length it announces", async () => {
    const { hostname, port } = new URL(edge.url);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    const body = JSON.stringify({ name: "smuggled", pad: "x".repeat(3_000_000) });
    socket.on("error", () => {});
    socket.write(
      `POST /api/v1/projects HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${admin.token}\r\ncontent-type: application/json\r\n` +
        `content-length: 10\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    );
    const [first] = (await once(socket, "data")) as [Buffer];
    socket.destroy();
    expect(first.toString()).toMatch(/^HTTP\/1\.1 4(00|13) /);
  });
});

test("a method that a path does not have is answered with those that it has (RFC 9110, 15.5.6)", async () => {
  const answer = await admin.call("OPTIONS", "/api/v1/llms");
  expect(answer.status).toBe(405);
  expect(answer.headers.get("allow")).toBe("GET, HEAD, POST");
});

describe("revoking a token", () => {
  test("by somebody who may revoke one tells them nothing of other names", async () => {
    await admin.create("mcptokens", { name: "mine", project: "default" });
    await admin.create("mcptokens", { name: "hidden", project: "default" });
    const user = await personWith(admin, "revoker", [{ role: "delete", resource: "mcptokens", name: "mine" }]);
    const revoke = async (name: string) => {
      const { status, body } = await user.call("POST", `/api/v1/mcptokens/${name}/revoke`);
      return { status, body: JSON.stringify(body).replaceAll(name, "NAME") };
    };
    expect(await revoke("hidden")).toEqual(await revoke("absent"));
    expect((await revoke("mine")).status).toBe(200);
  });

  test("works although another token's name is this one's id", async () => {
    const { id } = await admin.create("mcptokens", { name: "leaked", project: "default" });
    await admin.create("mcptokens", { name: String(id), project: "default" });
    const answer = await admin.call("POST", `/api/v1/mcptokens/${id}/revoke`);
    expect(answer).toMatchObject({ status: 200, body: { name: "leaked", status: { state: "revoked" } } });
  });
});

test("who refers to a secret in an LLM does not learn its other keys", async () => {
  await admin.create("secrets", { name: "team-keys", data: { "canary-key": "v" } });
  const user = await personWith(admin, "llm-maker", [{ role: "create", resource: "llms" }]);
  const wrong = { name: "x", type: "openai", model: "m", apiKeyRef: { name: "team-keys", key: "wrong" } };
  const answer = await user.call("POST", "/api/v1/llms", wrong);
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.body)).not.toContain("canary-key");
  expect(JSON.stringify((await admin.call("POST", "/api/v1/llms", wrong)).body)).toContain("canary-key");
});

test("a login with a NUL in its address is refused, and not recorded", async () => {
  const answer = await apiOf(edge.url, "").call("POST", "/api/v1/auth/login", { email: "a\0@b", password: "x" });
  expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request", errors: [{ path: "email" }] } });
});

test("sessions that ended long ago are deleted at the next login, and open ones stay", async () => {
  const user = await personWith(admin, "logs-in-often", [{ role: "view", resource: "llms" }]);
  const { id } = (await user.read("/api/v1/auth/me")) as { id: string };
  await rows(
    edge.databaseUrl,
    `insert into session (id, user_id, kind, name, hash, expires_at, revoked_at)
     select 'dead' || n, '${id}', 'login', 'x', 'dead' || n,
       now() + case when n % 2 = 0 then interval '-2 days' else interval '9 days' end,
       case when n % 2 = 0 then null else now() - interval '2 days' end
     from generate_series(1, 50) n`,
  );
  await logIn(admin, "logs-in-often");
  expect(await rows(edge.databaseUrl, `select id from session where user_id = '${id}'`)).toHaveLength(2);
  expect((await user.call("GET", "/api/v1/auth/me")).status).toBe(200);
});

test("health says which version runs", async () => {
  expect((await admin.call("GET", "/healthz")).body).toEqual({ status: "ok", version: expect.stringMatching(/^\d/) });
  expect(await admin.call("GET", "/readyz")).toMatchObject({ status: 200, body: { status: "ready" } });
});
