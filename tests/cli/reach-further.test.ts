/** What the verbs do with many things at once, with any field, and for people who look around, over a real edge. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifies } from "../requirements.ts";
import { type Catalogue, startCatalogue } from "./catalogue.ts";
import type { Person } from "./person.ts";

let catalogue: Catalogue;
let engineer: Person;

beforeAll(async () => {
  catalogue = await startCatalogue();
  ({ engineer } = catalogue);
});
afterAll(() => catalogue?.stop());

const out = async (...args: string[]) => {
  const said = await engineer.run(args);
  expect(said.exit, said.err).toBe(0);
  return said.out;
};
const lines = (text: string) => text.trim().split("\n").filter(Boolean);

describe("mcpctl get", () => {
  test("shows several kinds, several names and everything, in every form", async () => {
    expect(await out("get", "llm", "alpha", "beta", "-o", "name")).toBe("llm/alpha\nllm/beta\n");
    expect(await out("get", "llms,projects", "-o", "name")).toBe(
      "llm/alpha\nllm/beta\nllm/gamma\nproject/default\nproject/mcpctl-system\n",
    );
    const list = JSON.parse(await out("get", "llm/alpha", "project/default", "-o", "json"));
    expect(list).toMatchObject({ kind: "List", items: [{ kind: "llm", name: "alpha" }, { kind: "project" }] });
    expect(JSON.parse(await out("get", "llm/alpha", "-o", "json"))).toMatchObject({ kind: "llm", name: "alpha" });
    expect(await out("get", "llms,projects", "-o", "jsonpath={range .items[*]}{.kind}/{.name} {end}")).toContain(
      "llm/gamma project/default",
    );
    const wide = await out("get", "llms,projects", "-o", "wide");
    expect(wide).toMatch(/^NAME +TYPE .*URL .*AGE\nllm\/alpha /);
    expect(wide).toMatch(/\n\nNAME +OWNER .*MEMBERS .*\nproject\/default /);
    expect(lines(await out("get", "all", "-o", "name"))).toEqual(
      expect.arrayContaining(["llm/alpha", "user/admin", "secretbackend/default", "rbac/admin"]),
    );
    expect(lines(await out("get", "llms", "--no-headers", "--show-labels"))[0]).toMatch(/^alpha .*team=fast$/);
  });

  test("sorts by any path", async () => {
    await out("label", "llm", "beta", "example.com/rank=1");
    await out("label", "llm", "alpha", "example.com/rank=10");
    await out("label", "llm", "gamma", "example.com/rank=9");
    const by = async (path: string) => lines(await out("get", "llms", "--sort-by", path, "-o", "name"));
    expect(await by("{.labels['example.com/rank']}")).toEqual(["llm/beta", "llm/gamma", "llm/alpha"]);
    expect(await by(".timeouts.idle")).toEqual(["llm/alpha", "llm/beta", "llm/gamma"]);
    expect(await by("model")).toEqual(["llm/alpha", "llm/beta", "llm/gamma"]);
    expect((await engineer.run(["get", "llms", "--sort-by", ".nmae"])).exit).toBe(2);
  });

  test("shows one project's resources, or every project's", async () => {
    await out("create", "project", "web");
    await out("create", "mcptoken", "here", "-p", "web", "--bind", "view:llms");
    await out("create", "mcptoken", "there", "--bind", "view:llms");
    expect(await out("get", "mcptokens", "-p", "web", "-o", "name")).toBe("mcptoken/web/here\n");
    expect(lines(await out("get", "mcptokens", "-p", "web", "-A", "-o", "name"))).toEqual([
      "mcptoken/web/here",
      "mcptoken/default/there",
    ]);
    const named = lines(await out("get", "mcptokens", "-A", "-o", "name"));
    expect(lines(await out("get", ...named, "-o", "name"))).toEqual(named);
  });
});

describe("mcpctl create", () => {
  test(verifies("cli.create-any-field", "sets any field from a flag, a path or a file"), async () => {
    writeFileSync(path.join(engineer.home, "about.txt"), "first\nsecond\n");
    const text = await out(
      ...["create", "llm", "made", "--type", "vllm", "--set", "model=m", "--set", "timeouts.idle=5000"],
      ...["--set", "url=http://127.0.0.1:9", "--from-file", "description=about.txt", "--dry-run", "-o", "yaml"],
    );
    expect(text).toContain("idle: 5000");
    expect(text).toContain("description: |\n  first\n  second\n");
    expect(await engineer.run(["apply", "-f", "-"], { stdin: text })).toMatchObject({ out: "llm/made created\n" });
    await out("create", "rbac", "made", "--set", "subjects[0]=User:admin", "--bindings", "view:llms:made");
    expect(await out("get", "rbac/made", "-o", "jsonpath={.subjects[0].name} {.bindings[0].name}")).toBe(
      "admin made\n",
    );
    // A flag says it best.
    const both = await out(
      ...["create", "llm", "x", "--type", "vllm", "--set", "model=path", "--model", "flag", "--dry-run", "-o", "yaml"],
    );
    expect(both).toContain("model: flag");
  });

  test.each([
    [["--set", "modle=m"], 'Did you mean "model"?'],
    [["--set", "timeouts.idle=soon"], "expected number"],
    [["--set", "model"], "is not path=value"],
    [["--from-file", "description=nowhere.txt"], "There is no file nowhere.txt."],
    [["--dry-run=maybe"], "Use client or server."],
  ])("%j is told", async (flags, said) => {
    const args = ["create", "llm", "wrong", "--type", "vllm", "--model", "m", "--url", "http://127.0.0.1:9", ...flags];
    const answer = await engineer.run(args);
    expect(answer).toMatchObject({ out: "" });
    expect(answer.err).toContain(said);
    expect(lines(answer.err).length, answer.err).toBeLessThanOrEqual(3);
  });

  test("warns of a secret on the command line", async () => {
    const said = await engineer.run(["create", "secret", "seen", "--set", "data.k=v"]);
    expect(said.err).toContain("`ps`");
    expect(await out("get", "secret/seen", "-o", "jsonpath={.status.keys[0]}")).toBe("k\n");
  });

  test("has the edge check a resource with --dry-run, and creates nothing", async () => {
    expect(await out("create", "group", "dry", "--dry-run=server")).toBe("group/dry created (server dry run)\n");
    expect(await out("create", "group", "dry", "--dry-run=client")).toBe("group/dry created (dry run)\n");
    expect((await engineer.run(["create", "group", "dry", "--members", "nobody-such", "--dry-run=server"])).exit).toBe(
      1,
    );
    expect((await engineer.run(["get", "group/dry"])).exit).toBe(3);
  });
});

describe("mcpctl describe", () => {
  test("shows the state of what a resource refers to, and what refers to it", async () => {
    await engineer.run(["create", "secret", "asked-after", "--data", "k"], { stdin: "v" });
    await out(
      ...["create", "llm", "asking", "--type", "openai", "--model", "m", "--api-key-ref", "asked-after/k"],
      "--skip-auth-check",
    );
    expect(await out("describe", "llm", "asking")).toContain("apiKeyRef.name → secret/asked-after: ok");
    const secret = await out("describe", "secret/asked-after");
    expect(secret).toMatch(/Referred to by:\n +llm\/asking: +in apiKeyRef\.name\n/);
    expect(secret).toMatch(/Reached by:\n +User admin: edit \(edit:\*\) by rbac\/admin/);
    expect(lines(await out("describe", "llms", "-l", "team=fast")).filter((l) => l.startsWith("Name:"))).toEqual([
      expect.stringMatching(/alpha$/),
      expect.stringMatching(/gamma$/),
    ]);
    expect((await engineer.run(["describe", "llms", "-l", "team=none"])).err).toBe("There is nothing to describe.\n");
  });
});

describe("mcpctl label", () => {
  test("labels by name, by selector and all, each resource once", async () => {
    expect(lines(await out("label", "llms", "-l", "team=fast", "seen=yes"))).toEqual([
      "llm/alpha labeled",
      "llm/gamma labeled",
    ]);
    expect((await engineer.run(["label", "llms", "--all", "seen=no"])).err).toContain("--overwrite changes it.");
    expect(lines(await out("label", "llms", "--all", "seen=no", "--overwrite")).length).toBeGreaterThanOrEqual(3);
    expect(await out("label", "llm/alpha", "project/default", "seen-", "-o", "name")).toBe(
      "llm/alpha\nproject/default\n",
    );
    expect(await out("label", "llm", "alpha", "seen-")).toBe("llm/alpha unchanged\n");
    for (const args of [
      ["llms", "a=b"],
      ["llm", "alpha", "-l", "x=y", "a=b"],
      ["llms", "--all"],
      ["mcptoken", "x", "a=b"],
    ])
      expect((await engineer.run(["label", ...args])).exit).toBe(2);
  });
});

describe("mcpctl delete", () => {
  test("deletes all of a kind after a confirmation, in an order that references allow", async () => {
    await out("create", "group", "one", "--label", "go=yes");
    await out("create", "group", "two", "--label", "go=yes");
    const kept = await engineer.run(["delete", "groups", "-l", "go=yes", "-i"], { answers: ["n"] });
    expect(kept).toMatchObject({ exit: 0, out: "" });
    expect(kept.err).toContain("  group/one\n  group/two\nDelete these 2? [y/N] Nothing was deleted.\n");
    expect(await out("delete", "groups", "--all", "--dry-run=server")).toContain(
      'group "one" deleted (server dry run)',
    );
    expect(await out("delete", "group", "one", "--dry-run=client")).toBe('group "one" deleted (dry run)\n');
    expect((await engineer.run(["delete", "group", "none", "--dry-run=client"])).exit).toBe(3);
    const gone = await engineer.run(["delete", "groups", "-l", "go=yes", "-i"], { answers: ["y"] });
    expect(gone.out).toBe(
      'group "two" deleted\ngroup "one" deleted\n'.split("\n").sort().join("\n").trim().concat("\n"),
    );
    await engineer.run(["create", "secret", "pair", "--data", "k", "--label", "pair=yes"], { stdin: "v" });
    await out(
      ...["create", "llm", "pair", "--type", "openai", "--model", "m", "--api-key-ref", "pair:k", "--skip-auth-check"],
      ...["--label", "pair=yes"],
    );
    expect(await out("delete", "secrets,llms", "-l", "pair=yes")).toBe('llm "pair" deleted\nsecret "pair" deleted\n');
  });

  test.each([
    [["groups"], "Give names, labels with -l, or --all."],
    [["group", "a", "--all"], "Give names, labels with -l, or --all."],
    [["groups", "-l", "a=b", "--all"], "Give names"],
    [["group", "a", "-f", "x.yaml"], "can't be used with -f"],
    [["publishers", "--all"], "can't be deleted"],
  ])("%j is refused before anything goes", async (args, said) => {
    const answer = await engineer.run(["delete", ...args]);
    expect(answer).toMatchObject({ exit: 2, out: "" });
    expect(answer.err).toContain(said);
  });
});

describe("mcpctl explain and api-resources", () => {
  test("show what a value must be and what refers where, or everything at once", async () => {
    expect(await out("explain", "llm.timeouts.idle")).toMatch(/DEFAULT: +120000\nMUST BE: +100 to 3,600,000\n/);
    expect(await out("explain", "llm.type")).toMatch(/ALLOWED: +openai, .*\nNOT: +gemini-cli: /);
    expect(await out("explain", "secret")).toMatch(/NAMED IN: .*llm\.apiKeyRef\.name/);
    expect(await out("explain", "mcptoken")).toContain("WITHIN:   project");
    expect(await out("explain", "rbac.subjects.kind")).toContain("ALLOWED:   User, Group, McpToken, ServiceAccount");
    expect(await out("explain", "rbac.subjects.name")).toContain("REFERS TO: group, by name (kind: Group)");
    expect(await out("explain", "llm", "--recursive")).toMatch(/ {2}timeouts <object>\n {4}firstByte <integer>/);
    expect(await out("explain", "project")).toContain("proxyMode: ");
    expect(await out("api-resources", "-o", "wide")).toMatch(/^NAME +KIND .*PERMISSION +REFERS TO/);
    expect(await out("api-resources", "-o", "name")).toContain("llms\n");
    expect(JSON.parse(await out("api-resources", "-o", "json"))).toContainEqual(
      expect.objectContaining({ kind: "group", refersTo: ["user"] }),
    );
  });
});
