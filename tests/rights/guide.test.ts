/** The guide to rights, recipe by recipe: each document is applied as it stands, and each claim is asked of a real edge. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Person, person } from "../cli/person.ts";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { logIn, password } from "../harness/people.ts";
import { read } from "../laws/repository.ts";
import { verifies } from "../requirements.ts";

interface Recipe {
  title: string;
  documents: string[];
  /** Who asks, and each command with the answer that it is said to get. */
  claims: { who: string; command: string[]; answer: string }[];
}

const section = /^## Recipes\n([\s\S]*?)(?=^## )/m.exec(read("docs/rights.md"))?.[1] ?? "";
const recipes: Recipe[] = section
  .split(/^### /m)
  .slice(1)
  .map((text) => ({
    title: text.split("\n")[0] ?? "",
    documents: [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map((m) => m[1] ?? ""),
    claims: [...text.matchAll(/^```sh\n# (\S+)\n([\s\S]*?)^```/gm)].flatMap(([, who = "", lines = ""]) =>
      lines
        .trim()
        .split("\n")
        .map((line) => {
          const [command = "", answer = ""] = line.split(/\s+# /);
          return { who, command: command.split(" ").slice(1), answer };
        }),
    ),
  }));

let edge: TestEdge;
let admin: Api;
let engineer: Person;
const tokens = new Map<string, string>();

/** The bearer of somebody whom a recipe has made. */
async function tokenOf(name: string): Promise<string> {
  const known = tokens.get(name);
  if (known) return known;
  await admin.call("PATCH", `/api/v1/users/${name}`, { password });
  const { token } = await logIn(admin, name);
  tokens.set(name, token);
  return token;
}

beforeAll(async () => {
  edge = await startEdge();
  const { token } = await edge.bootstrap();
  admin = apiOf(edge.url, token);
  tokens.set("admin", token);
  engineer = person({ MCPCTL_EDGE: edge.url, MCPCTL_TOKEN: token });
});
afterAll(async () => {
  engineer?.leave();
  await edge?.stop();
});

test("the guide to rights has five recipes, each with claims to check", () => {
  expect(recipes).toHaveLength(5);
  expect(recipes.flatMap((r) => r.documents)).toHaveLength(5);
  expect(recipes.flatMap((r) => r.claims).length).toBeGreaterThan(15);
  for (const { answer, command } of recipes.flatMap((r) => r.claims))
    expect(["yes", "no"], command.join(" ")).toContain(answer);
});

describe.each(recipes)("$title", ({ documents, claims }) => {
  test(verifies("docs.recipes", "is applied as it stands, and again without a change"), async () => {
    for (const verb of ["created", "(unchanged|skipped)"]) {
      const said = await engineer.run(["apply", "-f", "-"], { stdin: documents.join("---\n") });
      expect([said.exit, said.err]).toEqual([0, expect.any(String)]);
      for (const line of said.out.split("\n").filter((l) => /^[a-z]+\/\S+ /.test(l)))
        expect(line).toMatch(new RegExp(`${verb}`));
    }
  });

  test(verifies("docs.recipes", "gives the rights that it claims"), async () => {
    for (const { who, command, answer } of claims) {
      const said = await engineer.run(command, { env: { MCPCTL_TOKEN: await tokenOf(who) } });
      expect([who, command.join(" "), said.out], said.err).toEqual([who, command.join(" "), `${answer}\n`]);
    }
  });
});

test("the token of the guide's colleague runs its model and sees nothing of the catalogue", async () => {
  const body = { name: "another-colleague", bindings: [{ role: "run", resource: "llms", name: "gpt" }], expiry: "7d" };
  const token = z.string().parse((await admin.create("mcptokens", body))["token"]);
  const colleague = admin.as(token);
  await admin.create("llms", { name: "gpt", type: "openai", model: "m" });
  await admin.create("llms", { name: "another", type: "openai", model: "m" });
  const models = z.object({ data: z.array(z.object({ id: z.string() })) }).parse(await colleague.read("/v1/models"));
  expect(models.data.map((m) => m.id)).toEqual(["gpt"]);
  expect((await colleague.call("GET", "/api/v1/llms")).status).toBe(403);
});
