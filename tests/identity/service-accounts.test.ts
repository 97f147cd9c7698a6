/** Pods call with the tokens that their cluster gives them, and are who the cluster says: nobody more, and nobody of another one. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, apiOf, clientOf, type Send } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { personWith } from "../harness/people.ts";
import { costsNothing } from "../harness/statements.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";
import { newPods, type Pods } from "./pods.ts";

const me = "/api/v1/auth/me";
const REVOKED_WITHIN_MS = 5_000;

let edge: TestEdge;
let send: Send;
let root: string;
let admin: Api;

const statusOf = async (token: string) => (await send("GET", me, { token })).status;
const canI = async (token: string, role: string, resource: string, name?: string) =>
  (await send("POST", "/api/v1/auth/can-i", { token, body: { role, resource, ...(name ? { name } : {}) } })).body[
    "allowed"
  ];
const registered = ({ issuer, jwks }: Pods, more: object = {}) => ({ serviceAccounts: { issuer, jwks, ...more } });
const give = (name: string, subject: object, role = "view", resource = "llms") =>
  admin.create("rbac", { name, subjects: [{ kind: "ServiceAccount", ...subject }], bindings: [{ role, resource }] });

beforeAll(async () => {
  edge = await startEdge();
  send = clientOf(edge.url);
  root = (await edge.bootstrap()).token;
  admin = apiOf(edge.url, root);
});
afterAll(() => edge?.stop());

describe("a pod's token", () => {
  let pods: Pods;
  beforeAll(async () => {
    pods = await newPods("https://kubernetes.default.svc.cluster.local");
    await admin.create("clusters", { name: "default", ...registered(pods) });
  });

  test(
    verifies("auth.service-accounts", "is the service account, with the rights that definitions give it"),
    async () => {
      const token = await pods.tokenOf("ci/deployer");
      expect((await send("GET", me, { token })).body).toMatchObject({
        kind: "ServiceAccount",
        name: "default/ci/deployer",
        bindings: [],
        operations: [],
      });
      expect(await canI(token, "view", "llms")).toBe(false);
      await give("deployer", { name: "ci/deployer" });
      expect(await canI(token, "view", "llms")).toBe(true);
      expect((await send("GET", "/api/v1/llms", { token })).status).toBe(200);
      expect(await canI(await pods.tokenOf("ci/other"), "view", "llms")).toBe(false);
      expect(await canI(await pods.tokenOf("other/deployer"), "view", "llms")).toBe(false);
      const bindings = [{ role: "view", resource: "secrets" }];
      await admin.put("rbac/deployer", { subjects: [{ kind: "ServiceAccount", name: "ci/deployer" }], bindings });
      expect([await canI(token, "view", "llms"), await canI(token, "view", "secrets")]).toEqual([false, true]);
      await admin.remove("rbac/deployer");
      expect(await canI(token, "view", "secrets")).toBe(false);
    },
  );

  test("may be signed with an elliptic curve", async () => {
    const curve = await newPods("https://curve.example", "e1", "ES256");
    await admin.create("clusters", { name: "curve", ...registered(curve) });
    expect((await send("GET", me, { token: await curve.tokenOf("a/b") })).body["name"]).toBe("curve/a/b");
  });

  test(
    verifies(
      ["auth.service-accounts", "auth.uniform-401"],
      "that is wrong in any way is refused in the same words as every invalid credential",
    ),
    async () => {
      const forged = await newPods(pods.issuer);
      const symmetric = await new SignJWT({ sub: "system:serviceaccount:ci:deployer" })
        .setProtectedHeader({ alg: "HS256", kid: "k1" })
        .setIssuer(pods.issuer)
        .setAudience("mcpctl")
        .setIssuedAt()
        .setExpirationTime("1h")
        .sign(new TextEncoder().encode(JSON.stringify(pods.jwks.keys[0])));
      const unsigned = (await pods.tokenOf("ci/deployer")).split(".");
      unsigned[0] = Buffer.from('{"alg":"none","kid":"k1"}').toString("base64url");
      const account = (name: string) => ({ "kubernetes.io": { namespace: "ci", serviceaccount: { name } } });
      const bad = {
        "for somebody else": await pods.tokenOf("ci/deployer", { audience: "https://kubernetes.default.svc" }),
        "for nobody": await pods.tokenOf("ci/deployer", { audience: [] }),
        "of an unknown issuer": await pods.tokenOf("ci/deployer", { issuer: "https://unknown.example" }),
        "of our own issuer": await pods.tokenOf("ci/deployer", { issuer: "mcpctl" }),
        expired: await pods.tokenOf("ci/deployer", { expiresIn: -1 }),
        "without an end": await pods.tokenOf("ci/deployer", { expiresIn: undefined }),
        "not valid yet": await pods.tokenOf("ci/deployer", { notBefore: 120 }),
        "signed with another key": await forged.tokenOf("ci/deployer"),
        "naming an unknown key": await pods.tokenOf("ci/deployer", { keyId: "k2" }),
        "of a node": await pods.tokenOf("ci/deployer", { claims: { sub: "system:node:ci" } }),
        "of a subject that its claims contradict": await pods.tokenOf("ci/deployer", { claims: account("other") }),
        "without Kubernetes' claims": await pods.tokenOf("ci/deployer", { claims: { "kubernetes.io": undefined } }),
        "of an issuer that is no text": `${unsigned[0]}.${Buffer.from('{"iss":{"a":1}}').toString("base64url")}.x`,
        "of an issuer with a NUL": `${unsigned[0]}.${Buffer.from('{"iss":"a\\u0000"}').toString("base64url")}.x`,
        symmetric,
        unsigned: `${unsigned[0]}.${unsigned[1]}.`,
        "with no signature": unsigned.slice(0, 2).join("."),
      };
      const texts = new Set<string>();
      for (const [what, token] of Object.entries(bad)) {
        const answer = await send("GET", me, { token });
        expect(answer.status, what).toBe(401);
        texts.add(answer.text);
      }
      texts.add((await send("GET", me)).text);
      expect(texts.size).toBe(1);
    },
  );

  test("is refused once it has expired, also right after it was used", async () => {
    const token = await pods.tokenOf("ci/brief", { expiresIn: 3 });
    expect(await statusOf(token)).toBe(200);
    await until("401", async () => (await statusOf(token)) === 401, 5_000);
  });

  test(verifies("auth.service-accounts", "costs the store nothing once it is known"), async () => {
    const token = await pods.tokenOf("ci/busy");
    await costsNothing(edge, async () => {
      for (let i = 0; i < 50; i++) expect(await statusOf(token)).toBe(200);
    });
  });

  test("can't have what only users have", async () => {
    const token = await pods.tokenOf("ci/deployer");
    const body = { name: "mine" };
    expect((await send("POST", "/api/v1/auth/tokens", { token, body })).status).toBe(403);
    expect((await send("GET", "/api/v1/sessions", { token })).body["items"]).toEqual([]);
  });
});

describe("two clusters", () => {
  test(verifies("auth.service-accounts", "tell their accounts of one name apart"), async () => {
    const [blue, green] = [await newPods("https://blue.example"), await newPods("https://green.example")];
    await admin.create("clusters", { name: "blue", ...registered(blue) });
    await admin.create("clusters", { name: "green", ...registered(green) });
    await give("blue-app", { name: "shop/app", cluster: "blue" });
    const [of, other] = [await blue.tokenOf("shop/app"), await green.tokenOf("shop/app")];
    expect([await canI(of, "view", "llms"), await canI(other, "view", "llms")]).toEqual([true, false]);
    // Moving a right to the other cluster's account takes it from this one.
    const subjects = [{ kind: "ServiceAccount", name: "shop/app", cluster: "green" }];
    await admin.put("rbac/blue-app", { subjects, bindings: [{ role: "view", resource: "llms" }] });
    expect([await canI(of, "view", "llms"), await canI(other, "view", "llms")]).toEqual([false, true]);
  });

  test("can't have one issuer", async () => {
    const pods = await newPods("https://once.example");
    await admin.create("clusters", { name: "once", ...registered(pods) });
    const twice = await send("POST", "/api/v1/clusters", { token: root, body: { name: "twice", ...registered(pods) } });
    expect([twice.status, twice.body["code"]]).toEqual([409, "already_exists"]);
    expect(twice.text).toContain("serviceAccounts.issuer");
  });

  test("that are not registered can't be named by a definition", async () => {
    const body = {
      name: "nowhere",
      subjects: [{ kind: "ServiceAccount", name: "a/b", cluster: "nowhere" }],
      bindings: [{ role: "view", resource: "llms" }],
    };
    const answer = await send("POST", "/api/v1/rbac", { token: root, body });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("subjects[0].cluster");
  });
});

describe("a cluster that changes", () => {
  test(
    verifies("auth.revoke-5s", "ends tokens of keys and audiences that it no longer has, and keeps the others"),
    async () => {
      const [old, next] = [await newPods("https://turn.example", "old"), await newPods("https://turn.example", "new")];
      const both = { jwks: { keys: [...old.jwks.keys, ...next.jwks.keys] } };
      await admin.create("clusters", { name: "turn", ...registered(old, both) });
      const [first, second] = [await old.tokenOf("a/b"), await next.tokenOf("a/b")];
      expect([await statusOf(first), await statusOf(second)]).toEqual([200, 200]);
      await admin.put("clusters/turn", { description: "another", ...registered(old, both) });
      expect([await statusOf(first), await statusOf(second)]).toEqual([200, 200]);
      await admin.put("clusters/turn", registered(next));
      await until("401", async () => (await statusOf(first)) === 401, REVOKED_WITHIN_MS);
      expect(await statusOf(second)).toBe(200);
      await admin.put("clusters/turn", registered(next, { audiences: ["another"] }));
      await until("401", async () => (await statusOf(second)) === 401, REVOKED_WITHIN_MS);
      expect(await statusOf(await next.tokenOf("a/b", { audience: "another" }))).toBe(200);
      await admin.put("clusters/turn", {});
      await until("401", async () => (await statusOf(second)) === 401, REVOKED_WITHIN_MS);
    },
  );

  test(
    verifies(
      "auth.revoke-5s",
      "and is then deleted ends all of its tokens; it stays while definitions name its accounts",
    ),
    async () => {
      const pods = await newPods("https://going.example");
      await admin.create("clusters", { name: "going", ...registered(pods) });
      const token = await pods.tokenOf("a/b");
      await give("going", { name: "a/b", cluster: "going" });
      expect(await statusOf(token)).toBe(200);
      const refused = await send("DELETE", "/api/v1/clusters/going", { token: root });
      expect([refused.status, refused.body["code"]]).toEqual([409, "still_referred"]);
      expect(refused.text).toContain("rbac/going");
      await admin.remove("rbac/going");
      await admin.remove("clusters/going");
      await until("401", async () => (await statusOf(token)) === 401, REVOKED_WITHIN_MS);
    },
  );

  test(verifies("rbac.creator-ceiling", "does not give its editor what its accounts may do"), async () => {
    const [pods, forged] = [await newPods("https://rich.example"), await newPods("https://rich.example")];
    await admin.create("clusters", { name: "rich", ...registered(pods) });
    await give("rich", { name: "a/b", cluster: "rich" }, "edit", "secrets");
    const { token } = await personWith(admin, "carl", [{ role: "edit", resource: "clusters" }]);
    const edit = (body: object) => send("PUT", "/api/v1/clusters/rich", { token, body });
    const refused = await edit(registered(forged));
    expect([refused.status, refused.body["permission"]]).toEqual([403, "edit:secrets"]);
    expect((await edit({ description: "mine", ...registered(pods) })).status).toBe(200);
    expect(await statusOf(await forged.tokenOf("a/b"))).toBe(401);
  });

  test("takes public keys alone", async () => {
    const pods = await newPods("https://keys.example");
    const [key] = pods.jwks.keys;
    for (const [what, bad] of Object.entries({
      private: { ...key, d: "AAAA" },
      symmetric: { kty: "oct", kid: "k", k: "AAAA" },
      short: { ...key, n: "AQAB" },
      "for encryption": { ...key, use: "enc" },
      "with a symmetric algorithm": { ...key, alg: "HS256" },
    })) {
      const body = { name: "keys", ...registered(pods, { jwks: { keys: [bad] } }) };
      expect((await send("POST", "/api/v1/clusters", { token: root, body })).status, what).toBe(400);
    }
  });
});

describe("an issuer that publishes its keys", () => {
  let server: Server;
  let pods: Pods;
  let asked = 0;
  let jwksUri: (issuer: string) => string = (issuer) => `${issuer}/keys`;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const found: Record<string, unknown> = {
        "/.well-known/openid-configuration": { issuer: pods.issuer, jwks_uri: jwksUri(pods.issuer) },
        "/keys": pods.jwks,
      };
      if (request.url === "/keys") asked++;
      if (request.url === "/moved") response.writeHead(302, { location: `${pods.issuer}/keys` }).end();
      else response.setHeader("content-type", "application/json").end(JSON.stringify(found[request.url ?? ""] ?? {}));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    pods = await newPods(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  afterAll(() => server?.close());

  test(verifies("auth.service-accounts", "is asked for them once, and not for every made-up key"), async () => {
    await admin.create("clusters", { name: "published", serviceAccounts: { issuer: pods.issuer } });
    expect(await statusOf(await pods.tokenOf("a/b"))).toBe(200);
    const before = asked;
    for (let i = 0; i < 20; i++) expect(await statusOf(await pods.tokenOf("a/b", { keyId: `made-up-${i}` }))).toBe(401);
    expect(asked - before).toBeLessThanOrEqual(1);
    expect(await statusOf(await pods.tokenOf("c/d"))).toBe(200);
  });

  test(verifies("inference.private-refused", "is refused where it points inside, and not followed there"), async () => {
    for (const issuer of [
      "https://10.0.0.1",
      "https://169.254.169.254",
      "http://issuer.example",
      "https://kubernetes.default.svc",
    ]) {
      const body = { name: "inside", serviceAccounts: { issuer } };
      const answer = await send("POST", "/api/v1/clusters", { token: root, body });
      expect([issuer, answer.status]).toEqual([issuer, 400]);
      expect(answer.text).toContain("serviceAccounts.issuer");
    }
    await admin.remove("clusters/published");
    for (const uri of ["/moved", "https://10.0.0.1/keys", "https://169.254.169.254/latest/meta-data"]) {
      jwksUri = (issuer) => (uri.startsWith("/") ? issuer + uri : uri);
      const body = { name: "astray", serviceAccounts: { issuer: pods.issuer, audiences: [uri.slice(0, 100)] } };
      const answer = await send("POST", "/api/v1/clusters", { token: root, body });
      expect(answer.status).toBe(201);
      expect(answer.headers.get("warning")).toContain("can't be had");
      const token = await pods.tokenOf("a/b", { audience: uri });
      const refused = await send("GET", me, { token });
      expect([refused.status, refused.body["code"]]).toEqual([503, "issuer_unreachable"]);
      await admin.remove("clusters/astray");
    }
  });
});
