/** Documents that refer to each other, as agents and their personalities do, over a real edge. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { verifies } from "../requirements.ts";
import { type Desk, startDesk } from "./desk.ts";
import type { Front } from "./front.ts";
import type { Person } from "./person.ts";

let desk: Desk;
let front: Front;
let engineer: Person;

beforeAll(async () => {
  desk = await startDesk();
  ({ front, engineer } = desk);
});
afterAll(() => desk?.stop());
afterEach(() => {
  front.interfere = () => false;
});

const apply = (text: string, ...flags: string[]) => engineer.run(["apply", "-f", "-", ...flags], { stdin: text });
const at = async (what: string, path: string) =>
  (await engineer.run(["get", what, "-o", `jsonpath={.${path}}`])).out.trim();

/** Each agent has a personality of the same name, which it starts with. */
const pair = (n: string) => `---
kind: personality
name: calm
agent: agent-${n}
labels: {pair: "${n}"}
---
kind: agent
name: agent-${n}
labels: {pair: "${n}"}
llm: model
defaultPersonality: calm
`;
const model = "kind: llm\nname: model\ntype: vllm\nmodel: m\nurl: http://127.0.0.1:9\n";

test(
  verifies("apply.cycles", "apply creates agents and personalities that refer to each other, and reports each once"),
  async () => {
    const text = `${pair("a")}${pair("b")}---\n${model}`;
    const dry = await apply(text, "--dry-run");
    expect(dry.err).toBe("");
    expect(dry.out.match(/created \(server dry run\)/g)).toHaveLength(5);
    const said = await apply(text);
    expect(said.err).toBe("");
    expect(said.out.trim().split("\n").sort()).toEqual([
      "agent/agent-a created",
      "agent/agent-b created",
      "llm/model created",
      "personality/agent-a/calm created",
      "personality/agent-b/calm created",
    ]);
    expect(await at("agent/agent-a", "defaultPersonality")).toBe("calm");
    const again = await apply(text);
    expect(again.out.match(/unchanged/g)).toHaveLength(5);
    const printed = await engineer.run(["get", "agents,personalities", "-o", "yaml"]);
    expect((await apply(printed.out)).out.match(/unchanged/g)).toHaveLength(4);
  },
);

test("delete takes agents with their personalities, and what goes with its parent is no failure", async () => {
  await apply(`${model}${pair("end")}`);
  const said = await engineer.run(["delete", "-f", "-"], { stdin: pair("end") });
  expect(said).toMatchObject({ exit: 0, err: "" });
  expect(said.out.trim().split("\n").sort()).toEqual([
    'agent "agent-end" deleted',
    'personality "agent-end/calm" deleted',
  ]);
});

test("an apply that is cut off between its two passes is completed by the next one", async () => {
  await apply(model);
  const stop = new AbortController();
  front.interfere = (req, res) => {
    if (!/^PUT .*\/agents\//.test(`${req.method} ${req.url}`)) return false;
    stop.abort();
    res.destroy();
    return true;
  };
  const first = await engineer.run(["apply", "-f", "-"], { stdin: pair("cut"), signal: stop.signal });
  expect(first).toMatchObject({
    exit: 130,
    err: expect.stringMatching(/^Error: Interrupted: \d of \d documents were not applied\.\nApply again/),
  });
  front.interfere = () => false;
  expect(await at("agent/agent-cut", "defaultPersonality")).toBe("");
  expect((await apply(pair("cut"))).out).toContain("agent/agent-cut configured\n");
  expect(await at("agent/agent-cut", "defaultPersonality")).toBe("calm");
});

test("apply --prune deletes resources that refer to each other in a circle", async () => {
  await apply(`${model}${pair("gone")}`);
  const left =
    "---\nkind: agent\nname: stays\nlabels: {pair: gone}\nllm: model\n---\nkind: personality\nname: stays\nagent: stays\n";
  const said = await apply(left, "--prune", "-l", "pair=gone");
  expect(said.err).toBe("");
  expect(said.out).toContain("agent/agent-gone pruned\n");
  expect((await engineer.run(["get", "agent/agent-gone"])).exit).toBe(3);
  expect(await at("agent/stays", "name")).toBe("stays");
});

test("apply tells resources of one name apart by their parent", async () => {
  await apply(`${pair("x")}${pair("y")}---\n${model}`);
  const run = (...args: string[]) => engineer.run(args);
  const several = await run("get", "personality", "calm");
  expect(several.exit).toBe(1);
  expect(several.err).toContain("AGENT/calm at the command line");
  expect((await run("get", "personality", "agent-x/calm", "-o", "jsonpath={.agent}")).out.trim()).toBe("agent-x");
  expect((await run("get", "personality/agent-y/calm", "-o", "jsonpath={.agent}")).out.trim()).toBe("agent-y");
  expect((await run("describe", "personality", "agent-y/calm")).out).toMatch(/agent: +agent-y/);
  expect((await run("label", "personality", "agent-y/calm", "picked=yes")).exit).toBe(0);
  expect((await run("get", "personalities", "-l", "picked=yes", "-o", "jsonpath={.items[*].agent}")).out.trim()).toBe(
    "agent-y",
  );
  expect((await run("get", "personality", "agent-z/calm")).exit).toBe(3);
  expect((await run("create", "personality", "quick", "--agent", "agent-x")).exit).toBe(0);
  expect((await run("create", "personality", "quick", "--agent", "agent-y")).exit).toBe(0);
  expect((await run("delete", "personality", "agent-x/quick")).exit).toBe(0);
  expect(
    (
      await run("get", "personalities", "--field-selector", "name=quick", "-o", "jsonpath={.items[*].agent}")
    ).out.trim(),
  ).toBe("agent-y");
});
