/** Verbs that are made from the actions of kinds. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { apiOf } from "../harness/api-client.ts";
import { type Desk, startDesk } from "./desk.ts";

let desk: Desk;

const out = async (...args: string[]) => {
  const said = await desk.engineer.run(args);
  expect(said.exit, said.err).toBe(0);
  return said.out;
};

beforeAll(async () => {
  desk = await startDesk();
  await out("create", "llm", "gpt", "--type", "openai", "--model", "m", "--skip-auth-check");
  for (const agent of ["librarian", "porter"]) await out("create", "agent", agent, "--llm", "gpt");
  for (const agent of ["librarian", "porter"]) await out("create", "personality", "terse", "--agent", agent);
  await out("create", "prompt", "style", "--set", "content=Be brief.");
});
afterAll(() => desk?.stop());

const attached = (personality: string) => out("get", "personality", personality, "-o", "jsonpath={.prompts[*].prompt}");

test("attach and detach change one personality's prompts, by its agent's name and its own", async () => {
  expect(await out("attach", "librarian/terse", "--prompt", "style", "--priority", "8")).toBe(
    "personality/librarian/terse prompt attached\n",
  );
  expect((await attached("librarian/terse")).trim()).toBe("style");
  expect((await attached("porter/terse")).trim()).toBe("");
  const twice = await desk.engineer.run(["attach", "librarian/terse", "--prompt", "style"]);
  expect(twice).toMatchObject({ out: "" });
  expect(twice.err).toContain("is attached to terse already");
  expect(await out("detach", "personality", "librarian/terse", "--prompt", "style")).toBe(
    "personality/librarian/terse prompt detached\n",
  );
  expect((await attached("librarian/terse")).trim()).toBe("");
});

test("an action that must be told something names the flag for it", async () => {
  const said = await desk.engineer.run(["attach", "librarian/terse"]);
  expect(said).toMatchObject({ exit: 2, out: "" });
  expect(said.err).toContain("--prompt is missing.");
});

test("an action on a name that several resources have asks which is meant", async () => {
  const said = await desk.engineer.run(["attach", "terse", "--prompt", "style"]);
  expect(said.exit).not.toBe(0);
  expect(said.err).toContain("personalities of several agents are called");
});

test("an action with --dry-run says what it would do, and does nothing", async () => {
  await out("create", "promptrequest", "wording", "--set", "content=Be kind.");
  await out("create", "mcptoken", "ci", "-p", "default");
  expect(await out("approve", "wording", "--dry-run")).toBe("prompt/wording approved (server dry run)\n");
  expect(await out("revoke", "ci", "--dry-run=server")).toBe("mcptoken/default/ci revoked (server dry run)\n");
  expect(await out("attach", "porter/terse", "--prompt", "style", "--dry-run")).toContain("(server dry run)");
  expect((await desk.engineer.run(["get", "prompt", "wording"])).exit).toBe(3);
  expect((await out("get", "mcptoken", "ci", "-o", "jsonpath={.status.state}")).trim()).toBe("active");
  expect((await attached("porter/terse")).trim()).toBe("");
  expect(await out("approve", "promptrequest/wording")).toBe("prompt/wording approved\n");
});

test("approve sends one request, so that it needs no right to view", async () => {
  await out("create", "promptrequest", "tone", "--set", "content=Be kind.");
  const before = desk.front.seen.length;
  await out("approve", "tone");
  expect(desk.front.seen.slice(before)).toEqual(["POST /api/v1/promptrequests/tone/approve"]);
});

test("rename gives a thread another title, and can't be rehearsed", async () => {
  const admin = apiOf(desk.edge.url, desk.token);
  const { body } = await admin.call("POST", "/api/v1/agents/librarian/threads", { title: "Before" });
  const { id } = body as { id: string };
  expect(await out("rename", id, "--title", "Captions of figures")).toBe(`thread/${id} renamed\n`);
  expect((await out("get", "thread", id, "-o", "jsonpath={.title}")).trim()).toBe("Captions of figures");
  expect((await desk.engineer.run(["rename", id, "--title", "x", "--dry-run"])).exit).toBe(2);
});

test("explain and --help list the actions of a kind", async () => {
  expect(await out("explain", "mcptoken")).toContain(
    "ACTION:   revoke. Revoke a token permanently and keep its record.",
  );
  expect(await out("--help")).toMatch(/^ {2}revoke .*Revoke a token permanently/m);
  expect(await out("attach", "--help")).toContain("--priority <number>");
});
