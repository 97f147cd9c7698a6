/** Taking away what the files no longer describe, and going on where an apply was cut off, over a real edge. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
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
const diff = (text: string, ...flags: string[]) => engineer.run(["diff", "-f", "-", ...flags], { stdin: text });
const names = async (...what: string[]) =>
  (await engineer.run(["get", ...what, "-o", "name"])).out.trim().split("\n").filter(Boolean);

const labelled = (kind: string, name: string, team: string, more = "") =>
  `---\nkind: ${kind}\nname: ${name}\nlabels: {team: ${team}}\n${more}`;
const model = (name: string, team: string, secret?: string) =>
  labelled(
    "llm",
    name,
    team,
    `type: vllm\nmodel: m\nurl: http://127.0.0.1:9\n${secret ? `apiKeyRef: {name: ${secret}, key: k}\n` : ""}`,
  );
const secret = (name: string, team: string) => labelled("secret", name, team, "data: {k: v}\n");

describe(verifies("apply.prune", "mcpctl apply --prune"), () => {
  test("deletes what apply created, matches the selector and is in no file; what refers goes first", async () => {
    await apply(
      secret("red-key", "red") + model("red-a", "red", "red-key") + model("red-b", "red") + model("blue", "blue"),
    );
    await engineer.run([
      "create",
      "llm",
      "red-by-hand",
      "--type",
      "vllm",
      "--model",
      "m",
      "--url",
      "http://127.0.0.1:9",
    ]);
    await engineer.run(["label", "llm", "red-by-hand", "team=red"]);
    const left = secret("red-other", "red") + model("red-b", "red");

    const dry = await apply(left, "--prune", "-l", "team=red", "--dry-run");
    expect(dry.out.split("\n")).toContain("llm/red-a pruned (server dry run)");
    const shown = await diff(left, "--prune", "-l", "team=red");
    expect(shown.exit).toBe(1);
    expect(shown.out).toContain("--- llm/red-a (now)");
    expect(shown.out).toContain("-name: red-a\n");
    expect(await names("llm/red-a")).toEqual(["llm/red-a"]);

    expect(await apply(left, "--prune", "-l", "team=red")).toMatchObject({
      exit: 0,
      out: "secret/red-other created\nllm/red-b unchanged\nllm/red-a pruned\nsecret/red-key pruned\n",
    });
    expect(await names("llms")).toEqual(["llm/blue", "llm/red-b", "llm/red-by-hand"]);
    expect((await diff(left, "--prune", "-l", "team=red")).exit).toBe(0);
    expect((await apply(left, "--prune", "-l", "team=red")).out).not.toContain("pruned");
  });

  test("is limited to the kinds in the files, or to those that are allowed", async () => {
    await apply(labelled("group", "green", "green") + model("green", "green"));
    const other = labelled("project", "green", "green");
    expect((await apply(other, "--prune", "-l", "team=green")).out).not.toContain("pruned");
    expect((await apply(other, "--prune", "-l", "team=green", "--prune-allowlist", "groups")).out).toContain(
      "group/green pruned",
    );
    expect(await names("llm/green")).toEqual(["llm/green"]);
    expect((await apply(other, "--prune", "--all", "--prune-allowlist", "llm")).out).toContain("llm/green pruned");
    // What others made, and what the system itself needs, is nobody's to prune.
    expect(await names("secretbackends,users")).not.toEqual([]);
    expect(await names("llms")).toContain("llm/red-by-hand");
  });

  test.each([
    [["--prune"], "--prune needs -l or --all."],
    [["--prune", "--all", "-l", "a=b"], "--all and -l exclude each other."],
    [["--all"], "--all and --prune-allowlist need --prune."],
    [["--prune-allowlist", "llms"], "--all and --prune-allowlist need --prune."],
    [["-l", ""], "-l is empty, so it would select everything"],
    [["-l", "a=b=c"], '-l: "a=b=c" is not a requirement'],
    [["--prune", "--all", "--prune-allowlist", "lmls"], 'Did you mean "llms"?'],
  ])("refuses %j", async (flags, said) => {
    const answer = await apply(labelled("group", "refused", "x"), ...flags);
    expect(answer).toMatchObject({ exit: 2, out: "" });
    expect(answer.err).toContain(said);
  });

  test("prunes nothing where a document failed, and leaves what others have begun to use", async () => {
    await apply(secret("used", "amber") + secret("broken", "amber"));
    front.interfere = (req, res) => {
      if (!/^PUT .*secrets/.test(`${req.method} ${req.url}`)) return false;
      res.writeHead(500, { "content-type": "application/problem+json" }).end(JSON.stringify({ detail: "Broken." }));
      return true;
    };
    const failed = await apply(
      labelled("secret", "broken", "amber", "description: x\n"),
      "--prune",
      "-l",
      "team=amber",
    );
    expect(failed.exit).toBe(1);
    expect(failed.err).toContain("1 of 1 failed. Nothing was pruned.");
    front.interfere = () => false;
    await engineer.run(["apply", "-f", "-"], { stdin: model("user-of-it", "other", "used") });
    const refused = await apply(secret("broken", "amber"), "--prune", "-l", "team=amber");
    expect(refused.exit).toBe(1);
    expect(refused.err).toContain("secret/used: ");
    expect(refused.err).toContain("llm/user-of-it");
    expect(await names("secret/used")).toEqual(["secret/used"]);
  });
});

test("diff exits with 0 for no difference, 1 for one, and more where it can't tell", async () => {
  const text = labelled("group", "diffed", "x");
  expect(await diff(text)).toMatchObject({ exit: 1, out: expect.stringContaining("+name: diffed") });
  await apply(text);
  expect(await diff(text)).toEqual({ exit: 0, out: "", err: "" });
  expect((await diff("kind: group\nname: [")).exit).toBe(2);
  expect((await diff(labelled("group", "diffed", "x", "members: [nobody-such]\n"))).exit).toBe(2);
  expect((await engineer.run(["diff", "-f", "nowhere.yaml"])).exit).toBe(3);
  expect(
    (await engineer.run(["diff", "-f", "-"], { stdin: text, env: { MCPCTL_EDGE: "http://127.0.0.1:9" } })).exit,
  ).toBe(5);
  front.interfere = (req, res) => {
    if (!req.url?.startsWith("/api")) return false;
    res.writeHead(500, { "content-type": "application/problem+json" }).end(JSON.stringify({ detail: "Broken." }));
    return true;
  };
  expect((await diff(text)).exit).toBe(2);
});

describe(verifies("apply.resumable", "an apply that is cut off"), () => {
  const files = (n: number) =>
    `groups: [{name: cut-${n}, members: [cut-${n}]}]
llms: [{name: cut-${n}, type: openai, model: m, url: "http://127.0.0.1:9", apiKeyRef: {name: cut-${n}, key: k}}]
users: [{name: cut-${n}, email: cut-${n}@example.com}]
secrets: [{name: cut-${n}, data: {k: v}}]
`;
  const whole = (n: number) => ["user", "group", "secret", "llm"].map((kind) => `${kind}/cut-${n}`);

  test.each(
    [0, 1, 2, 3].flatMap((at) => [
      { at, when: "before" },
      { at, when: "after" },
    ]),
  )("$when its write $at reached the edge goes on from there", async ({ at, when }) => {
    const n = at * 2 + (when === "after" ? 1 : 0);
    const stop = new AbortController();
    let writes = 0;
    front.interfere = (req, res) => {
      if (req.method === "GET" || writes++ !== at) return false;
      if (when === "before") {
        stop.abort();
        res.destroy();
        return true;
      }
      // The edge does it; nobody is there any more to hear of it.
      res.writeHead = ((...args: Parameters<typeof res.writeHead>) => {
        stop.abort();
        Reflect.deleteProperty(res, "writeHead");
        return res.writeHead(...args);
      }) as typeof res.writeHead;
      return false;
    };
    const first = await engineer.run(["apply", "-f", "-"], { stdin: files(n), signal: stop.signal });
    expect(first.exit).toBe(130);
    front.interfere = () => false;
    const second = await apply(files(n));
    expect(second.exit, second.err).toBe(0);
    expect(
      second.out
        .trim()
        .split("\n")
        .map((l) => l.split(" ")[0]),
    ).toEqual(whole(n));
    expect((await apply(files(n))).out).toBe(
      whole(n)
        .map((w) => `${w} unchanged\n`)
        .join(""),
    );
  });
});

describe(verifies("apply.selector", "a selector beside -f"), () => {
  const group = (name: string, team: string, members = "") => labelled("group", name, team, members);
  const three = `${group("sel-a", "pink", "description: one\n") + group("sel-b", "grey")}---\nkind: group\nname: sel-c\n`;
  const there = async () => (await names("groups")).filter((n) => n.startsWith("group/sel-"));

  test.each([
    ["team=pink", ["group/sel-a"]],
    ["team!=pink", ["group/sel-b", "group/sel-c"]],
    ["team in (grey, pink)", ["group/sel-a", "group/sel-b"]],
    ["team notin (grey)", ["group/sel-a", "group/sel-c"]],
    ["team", ["group/sel-a", "group/sel-b"]],
    ["!team", ["group/sel-c"]],
    ["team=pink,team!=grey", ["group/sel-a"]],
  ])("%s: apply, diff and delete take only what matches", async (selector, matching) => {
    const shown = await diff(three, "-l", selector);
    expect(shown.exit).toBe(1);
    expect(shown.out.match(/^--- group\/\S+/gm)?.map((l) => l.slice(4)) ?? []).toEqual(matching);
    expect((await apply(three, "-l", selector)).out).toBe(matching.map((n) => `${n} created\n`).join(""));
    expect(await there()).toEqual(matching);
    await apply(three);
    const gone = await engineer.run(["delete", "-f", "-", "-l", selector], { stdin: three });
    expect(gone.exit, gone.err).toBe(0);
    expect(await there()).toEqual(["group/sel-a", "group/sel-b", "group/sel-c"].filter((n) => !matching.includes(n)));
    await engineer.run(["delete", "-f", "-", "--ignore-not-found"], { stdin: three });
    expect(await there()).toEqual([]);
  });

  test("that no document matches is a failure, and deletes nothing", async () => {
    await apply(three);
    for (const verb of ["apply", "diff"]) {
      const said = await engineer.run([verb, "-f", "-", "-l", "team=pnik"], { stdin: three });
      expect(said).toMatchObject({ exit: verb === "diff" ? 2 : 1, out: "" });
      expect(said.err).toContain("None of the 3 documents has the labels team=pnik.");
    }
    const said = await engineer.run(["delete", "-f", "-", "-l", "team=pnik"], { stdin: three });
    expect(said).toMatchObject({ exit: 0, out: "", err: "There is nothing to delete.\n" });
    for (const wrong of ["", "a=b=c"])
      expect((await engineer.run(["delete", "-f", "-", "-l", wrong], { stdin: three })).exit).toBe(2);
    expect(await there()).toHaveLength(3);
  });

  test("a document that is left out is not looked at, and what it makes may be referred to where it is there", async () => {
    const both =
      secret("sel-key", "grey") + model("sel-model", "pink", "sel-key") + group("sel-bad", "grey", "nonsense: 1\n");
    const alone = await apply(both, "-l", "team=pink");
    expect(alone).toMatchObject({ exit: 1, out: "" });
    expect(alone.err).toContain('there is no secret "sel-key"');
    await apply(secret("sel-key", "grey"));
    expect((await apply(both, "-l", "team=pink")).out).toBe("llm/sel-model created\n");
  });

  test("with --prune, what a left-out document describes stays", async () => {
    await apply(three + group("sel-d", "pink"));
    const relabelled = group("sel-a", "grey") + group("sel-e", "pink");
    const said = await apply(relabelled, "--prune", "-l", "team=pink");
    expect(said.out).toBe("group/sel-e created\ngroup/sel-d pruned\n");
    expect(await there()).toEqual(["group/sel-a", "group/sel-b", "group/sel-c", "group/sel-e"]);
  });
});
