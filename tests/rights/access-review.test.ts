/** Who reaches what, and by which binding: asked of the edge that decides it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { apiOf, clientOf, type Send } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { logIn, password } from "../harness/people.ts";
import { verifies } from "../requirements.ts";

const review = z.strictObject({
  items: z.array(
    z.strictObject({
      principal: z.strictObject({ kind: z.string(), name: z.string() }),
      role: z.string(),
      binding: z.string(),
      definition: z.string(),
      group: z.string().optional(),
    }),
  ),
  more: z.boolean(),
});

let edge: TestEdge;
let send: Send;
let root: string;

const make = async (plural: string, body: object) => {
  const answer = await send("POST", `/api/v1/${plural}`, { token: root, body });
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
};
const ask = async (path: string) => {
  const answer = await send("GET", `/api/v1/${path}`, { token: root });
  expect(answer.status, answer.text).toBe(200);
  return review.parse(answer.body);
};
/** As one line each: `User ada: run by team (run:llms:gpt) via makers`. */
const lines = async (path: string) =>
  (await ask(path)).items.map(
    ({ principal: p, role, definition, binding, group }) =>
      `${p.kind} ${p.name}: ${role} by ${definition} (${binding})${group ? ` via ${group}` : ""}`,
  );

beforeAll(async () => {
  edge = await startEdge();
  send = clientOf(edge.url);
  root = (await edge.bootstrap()).token;
  for (const name of ["ada", "bob", "cid"]) await make("users", { name, email: `${name}@example.com` });
  await make("groups", { name: "makers", members: ["ada", "bob@example.com"] });
  await make("groups", { name: "nobody" });
  await make("clusters", { name: "default" });
  for (const name of ["gpt", "other"]) await make("llms", { name, type: "openai", model: "m" });
  await make("rbac", {
    name: "team",
    subjects: [
      { kind: "Group", name: "makers" },
      { kind: "Group", name: "nobody" },
      { kind: "User", name: "cid" },
      { kind: "ServiceAccount", name: "ci/deployer" },
    ],
    bindings: [
      { role: "run", resource: "llms", name: "gpt" },
      { role: "view", resource: "llms", name: "other" },
      { role: "view", resource: "secrets" },
    ],
  });
  await make("rbac", {
    name: "ada",
    subjects: [{ kind: "User", name: "ada" }],
    bindings: [{ role: "edit", resource: "llms" }],
  });
  const run = { bindings: [{ role: "run", resource: "llms", name: "gpt" }] };
  for (const name of ["live", "revoked"]) await make("mcptokens", { name, ...run });
  await send("POST", "/api/v1/mcptokens/revoked/revoke", { token: root });
});
afterAll(() => edge?.stop());

describe("an access review", () => {
  test(
    verifies("rbac.review", "names everybody who reaches the resource, by which binding, and through which group"),
    async () => {
      const found = (await lines("llms/gpt/access")).map((l) => l.replace(/mcptoken-[0-9a-f]{12}/, "its own"));
      expect(found).toEqual([
        "McpToken live: run by its own (run:llms:gpt)",
        "ServiceAccount default/ci/deployer: run by team (run:llms:gpt)",
        "User ada: edit by ada (edit:llms)",
        "User ada: run by team (run:llms:gpt) via makers",
        "User admin: edit by admin (edit:*)",
        "User admin: run by admin (run:*)",
        "User bob: run by team (run:llms:gpt) via makers",
        "User cid: run by team (run:llms:gpt)",
      ]);
      expect((await lines("llms/other/access")).filter((l) => l.includes("cid"))).toEqual([
        "User cid: view by team (view:llms:other)",
      ]);
      expect(await lines("secretbackends/default/access")).toEqual([
        "User admin: edit by admin (edit:*)",
        "User admin: run by admin (run:*)",
      ]);
    },
  );

  test("takes ids as names, and says when there are more", async () => {
    const { body } = await send("GET", "/api/v1/llms/gpt", { token: root });
    const byId = await ask(`llms/${body["id"]}/access`);
    expect(byId).toEqual(await ask("llms/gpt/access"));
    expect(await ask("llms/gpt/access?limit=2")).toEqual({ items: byId.items.slice(0, 2), more: true });
    expect((await send("GET", "/api/v1/llms/nope/access", { token: root })).status).toBe(404);
  });

  test("is shown only to who may view rbac", async () => {
    await send("PATCH", "/api/v1/users/ada", { token: root, body: { password } });
    const { token } = await logIn(apiOf(edge.url, root), "ada");
    const answer = await send("GET", "/api/v1/llms/gpt/access", { token });
    expect([answer.status, answer.body["permission"]]).toEqual([403, "view:rbac"]);
  });
});
