/** Changing a resource in an editor, over a real edge, with everybody else at work meanwhile. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { type Person, person } from "./person.ts";

let edge: TestEdge;
let engineer: Person;

beforeAll(async () => {
  edge = await startEdge();
  engineer = person({ MCPCTL_EDGE: edge.url, MCPCTL_TOKEN: (await edge.bootstrap()).token });
});
afterAll(async () => {
  engineer?.leave();
  await edge?.stop();
});

const llm = (name: string, more = "") =>
  `kind: llm\nname: ${name}\ntype: vllm\nmodel: m\nurl: http://127.0.0.1:9\n${more}`;
const apply = (text: string) => engineer.run(["apply", "-f", "-"], { stdin: text });
const field = async (what: string, at: string) =>
  (await engineer.run(["get", what, "-o", `jsonpath={.${at}}`])).out.trim();

describe("mcpctl edit", () => {
  const edit = (name: string, ...hands: ((text: string) => string)[]) => {
    const opened: string[] = [];
    const said = engineer.run(["edit", "llm", name], {
      editor(file) {
        const text = readFileSync(file, "utf8");
        opened.push(text);
        const hand = hands.shift();
        if (!hand) throw new Error("opened more often than expected");
        writeFileSync(file, hand(text));
        return 0;
      },
    });
    return said.then((s) => ({ ...s, opened }));
  };

  test("writes what was changed, and nothing where nothing was", async () => {
    await apply(llm("edited", "tier: fast\n"));
    expect(await edit("edited", (t) => t.replace("fast", "heavy"))).toMatchObject({
      exit: 0,
      out: "llm/edited edited\n",
    });
    expect(await field("llm/edited", "tier")).toBe("heavy");
    expect((await edit("edited", (t) => t)).err).toBe("Edit cancelled, no changes made.\n");
    expect((await edit("edited", () => "")).err).toBe("Edit cancelled, no changes made.\n");
  });

  test("opens again with what is wrong on top, and keeps the text", async () => {
    await apply(llm("reopened", "tier: fast\n"));
    const said = await edit(
      "reopened",
      (t) => t.replace("tier: fast", "tier: fats"),
      (t) => t.replace("tier: fats", "tier: heavy"),
    );
    expect(said).toMatchObject({ exit: 0, out: "llm/reopened edited\n" });
    expect(said.opened[1]).toMatch(/^# .*tier: expected one of fast, heavy, given "fats" \(did you mean fast\?\)$/m);
    const line = Number(/line:(\d+): tier/.exec(said.opened[1] ?? "")?.[1]);
    expect(said.opened[1]?.split("\n")[line - 1]).toBe("tier: fats");
    expect(said.opened[1]).toContain("\ntier: fats\n");
  });

  test("says that somebody else changed it first, and shows how it is now", async () => {
    await apply(llm("raced", "tier: fast\n"));
    const said = await engineer.run(["edit", "llm", "raced"], {
      async editor(file) {
        const text = readFileSync(file, "utf8");
        if (!text.includes("meanwhile")) await apply(llm("raced", "tier: fast\ndescription: theirs\n"));
        else expect(text).toMatch(/^# {3}description: theirs$/m);
        writeFileSync(
          file,
          text.includes("meanwhile") ? `${text}\ndescription: mine\n` : text.replace("tier: fast", "tier: heavy"),
        );
        return 0;
      },
    });
    expect(said).toMatchObject({ exit: 0, out: "llm/raced edited\n" });
    expect(await field("llm/raced", "tier")).toBe("heavy");
    expect(await field("llm/raced", "description")).toBe("mine");
  });

  test.each([
    ["saving it again writes over what somebody else wrote", true, "llm/%s edited\n", "heavy"],
    ["leaving it unsaved lets that stand", false, "", "fast"],
  ])("after a conflict %s", async (_, saves, out, tier) => {
    const name = saves ? "overwritten" : "yielded";
    await apply(llm(name, "tier: fast\n"));
    const said = await engineer.run(["edit", "llm", name], {
      async editor(file) {
        const text = readFileSync(file, "utf8");
        if (!text.includes("meanwhile")) {
          await apply(llm(name, "tier: fast\ndescription: theirs\n"));
          writeFileSync(file, text.replace("tier: fast", "tier: heavy"));
        } else if (saves) writeFileSync(file, text);
        return 0;
      },
    });
    expect(said).toMatchObject({ exit: saves ? 0 : 1, out: out.replace("%s", name) });
    if (!saves) expect(said.err).toContain("Edit cancelled: the other change stays.");
    expect(await field(`llm/${name}`, "tier")).toBe(tier);
  });

  test("keeps the text when the editor fails", async () => {
    await apply(llm("kept"));
    const said = await engineer.run(["edit", "llm", "kept"], {
      editor(file) {
        writeFileSync(file, "kind: llm\nname: kept\n# an hour of work\n");
        return 1;
      },
    });
    expect(said.exit).toBe(1);
    const kept = /Your text is kept in (\S+)/.exec(said.err)?.[1] ?? "";
    expect(readFileSync(kept, "utf8")).toContain("an hour of work");
  });

  test("edits several resources one after the other", async () => {
    await apply(llm("first"));
    await apply(llm("second"));
    const editor = (file: string) => {
      writeFileSync(file, readFileSync(file, "utf8").replace("model: m", "model: other"));
      return 0;
    };
    const said = await engineer.run(["edit", "llm", "first", "second"], { editor });
    expect(said).toEqual({ exit: 0, out: "llm/first edited\nllm/second edited\n", err: "" });
  });

  test("names an editor that does not exist, and says what to do", async () => {
    await apply(llm("uneditable"));
    const said = await engineer.run(["edit", "llm/uneditable"], {
      env: { EDITOR: "no-such-editor -w" },
      editor: () => 127,
    });
    expect(said).toMatchObject({ exit: 1, out: "" });
    expect(said.err).toContain("The editor `no-such-editor -w` is not installed.");
    expect(said.err).toContain("Set EDITOR to an editor that works.");
    expect(said.err).not.toContain("kept in");
  });

  test.each([
    ["MCPCTL_EDITOR", { MCPCTL_EDITOR: "mine", VISUAL: "theirs", EDITOR: "any" }, "mine"],
    ["VISUAL", { VISUAL: "theirs", EDITOR: "any" }, "theirs"],
    ["EDITOR", { EDITOR: "any" }, "any"],
    ["vi where nothing is set", {}, "vi"],
  ])("opens %s", async (_what, env, command) => {
    await apply(llm("opened"));
    const said = await engineer.run(["edit", "llm/opened"], { env, editor: () => 1 });
    expect(said.err).toContain(`The editor \`${command}\` ended with status 1.`);
  });

  test.each([
    [["llm/a", "mcptoken/b"], "can't be edited"],
    [["llms"], "The name is missing."],
    [["mcptoken", "x"], "can't be edited"],
  ])("%j is no way to edit", async (what, words) =>
    expect(await engineer.run(["edit", ...what])).toMatchObject({ exit: 2, err: expect.stringContaining(words) }),
  );

  test("gives up when the same mistake is saved twice", async () => {
    await apply(llm("stubborn"));
    const said = await edit(
      "stubborn",
      (t) => t.replace("model: m", "modle: m"),
      (t) => t,
    );
    expect(said.exit).toBe(1);
    expect(said.err).toContain("Error: Edit of llm/stubborn cancelled: the saved text is still not valid.\n");
    expect(said.err).toMatch(/; line:\d+: modle: is not a field \(did you mean model\?\)\n$/);
    expect(said.err).toContain("Your text is kept in ");
  });
});
