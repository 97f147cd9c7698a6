/** Acting as a service account by X-Service-Account. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { apiOf, clientOf, type Send } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { personWith } from "../harness/people.ts";
import { rows } from "../harness/rows.ts";
import { costsNothing } from "../harness/statements.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";

const me = "/api/v1/auth/me";

let edge: TestEdge;
let send: Send;
let root: string;
let helper: string;

const as = (account: string) => ({ "x-service-account": account });

const person = async (name: string, bindings: object[], operations: object[] = []): Promise<string> =>
  (await personWith(apiOf(edge.url, root), name, bindings, operations)).token;

beforeAll(async () => {
  edge = await startEdge();
  send = clientOf(edge.url);
  root = (await edge.bootstrap()).token;
  for (const name of ["default", "prod"]) await send("POST", "/api/v1/clusters", { token: root, body: { name } });
  const bindings = [
    { role: "view", resource: "groups" },
    { role: "create", resource: "groups" },
    { role: "create", resource: "mcptokens" },
  ];
  const subjects = [{ kind: "ServiceAccount", name: "ci/deployer", cluster: "prod" }];
  expect(
    (await send("POST", "/api/v1/rbac", { token: root, body: { name: "deployer", subjects, bindings } })).status,
  ).toBe(201);
  helper = await person("helper", [{ role: "view", resource: "llms" }], [{ action: "impersonate" }]);
});
afterAll(() => edge?.stop());

describe("who may run:impersonate", () => {
  test(verifies("auth.impersonation", "is the account, with its rights and none of their own"), async () => {
    const { body } = await send("GET", me, { token: helper, headers: as("prod/ci/deployer") });
    expect(body).toMatchObject({
      kind: "ServiceAccount",
      name: "prod/ci/deployer",
      impersonator: { kind: "User", name: "helper" },
      operations: [],
    });
    const status = async (plural: string, headers = {}) =>
      (await send("GET", `/api/v1/${plural}`, { token: helper, headers })).status;
    expect([await status("llms"), await status("groups")]).toEqual([200, 403]);
    const acting = as("prod/ci/deployer");
    expect([await status("llms", acting), await status("groups", acting)]).toEqual([403, 200]);
  });

  test("means an account of the cluster `default` where no cluster is named", async () => {
    const { body } = await send("GET", me, { token: helper, headers: as("ci/deployer") });
    expect(body).toMatchObject({ name: "default/ci/deployer", bindings: [] });
  });

  test(verifies("auth.impersonation", "stands in the audit trail beside the account"), async () => {
    const body = { name: "made-by-ci" };
    const made = await send("POST", "/api/v1/groups", { token: helper, body, headers: as("prod/ci/deployer") });
    expect(made.status).toBe(201);
    const query = "fieldSelector=about=group/made-by-ci";
    const events = async () =>
      z.array(z.unknown()).parse((await send("GET", `/api/v1/auditevents?${query}`, { token: root })).body["items"]);
    await until("the event is there", async () => (await events()).length > 0, 10_000);
    expect(await events()).toMatchObject([
      { principal: "prod/ci/deployer", impersonator: "helper", action: "created" },
    ]);
  });

  test(verifies("auth.revoke-5s", "loses it within 5 s, and so does the account its rights"), async () => {
    const token = await person("fleeting", [], [{ action: "impersonate" }]);
    const status = async (path: string) => (await send("GET", path, { token, headers: as("prod/ci/deployer") })).status;
    expect(await status("/api/v1/groups")).toBe(200);
    const change = (bindings: object[]) => send("PATCH", "/api/v1/rbac/deployer", { token: root, body: { bindings } });
    const before = z
      .array(z.looseObject({}))
      .parse((await send("GET", "/api/v1/rbac/deployer", { token: root })).body["bindings"]);
    await change([]);
    await until("403", async () => (await status("/api/v1/groups")) === 403, 5_000);
    await change(before);
    await until("200", async () => (await status("/api/v1/groups")) === 200, 5_000);
    await send("DELETE", "/api/v1/rbac/fleeting", { token: root });
    await until("403", async () => (await status(me)) === 403, 5_000);
  });

  test("stays within the reach of the mcptoken that they use", async () => {
    const operations = [{ action: "impersonate" }];
    const made = await send("POST", "/api/v1/mcptokens", { token: root, body: { name: "walled", operations } });
    const token = z.string().parse(made.body["token"]);
    const status = async (path: string) => (await send("GET", path, { token, headers: as("prod/ci/deployer") })).status;
    expect([await status(me), await status("/api/v1/groups")]).toEqual([200, 403]);
    expect((await send("GET", me, { token, headers: as("prod/ci/deployer") })).body["impersonator"]).toEqual({
      kind: "McpToken",
      name: "walled",
      tokenName: "walled",
    });
  });

  test("costs the store nothing once both are known", async () => {
    const ask = () => send("GET", me, { token: helper, headers: as("prod/ci/deployer") });
    await costsNothing(edge, async () => {
      for (let i = 0; i < 25; i++) expect((await ask()).status).toBe(200);
    });
  });
});

describe("somebody without run:impersonate", () => {
  test(verifies("auth.impersonation", "acts as nobody: 403 names the missing right"), async () => {
    const token = await person("other", [
      { role: "edit", resource: "*" },
      { role: "run", resource: "*" },
    ]);
    for (const account of ["prod/ci/deployer", "nowhere/a/b", "not an account"]) {
      const answer = await send("GET", me, { token, headers: as(account) });
      expect([answer.status, answer.body["permission"]]).toEqual([403, "run:impersonate"]);
    }
    const inference = await send("GET", "/v1/models", { token, headers: as("prod/ci/deployer") });
    expect(inference.status).toBe(403);
  });

  test(verifies(["auth.impersonation", "auth.uniform-401"], "acts as nobody by the header alone"), async () => {
    const [bare, alone] = [await send("GET", me), await send("GET", me, { headers: as("prod/ci/deployer") })];
    expect([alone.status, alone.text]).toEqual([401, bare.text]);
    expect((await send("GET", me, { token: "garbage", headers: as("prod/ci/deployer") })).text).toBe(bare.text);
  });

  test("acts as nothing that is no account, or of no cluster", async () => {
    for (const account of ["", "ci", "a/b/c/d", "nowhere/a/b", "CI/Deployer"]) {
      const answer = await send("GET", me, { token: helper, headers: as(account) });
      expect([account, answer.status]).toEqual([account, 400]);
    }
  });
});

test("what an account has made is not its impersonator's", async () => {
  const body = { name: "of-ci" };
  const made = await send("POST", "/api/v1/mcptokens", { token: helper, body, headers: as("prod/ci/deployer") });
  expect(made.status, made.text).toBe(201);
  const [row] = await rows(edge.databaseUrl, "select status->>'createdBy' as by from mcptoken where name = 'of-ci'");
  expect(row?.["by"]).toBe("prod/ci/deployer");
});
