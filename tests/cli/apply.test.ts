/** Describing a team's things in files, over a real edge, with everything that gets in between. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startEdge, type TestEdge } from "../../infra/harness.ts";
import { type Front, refuseFirst, startFront } from "./front.ts";
import { type Person, person } from "./person.ts";

let edge: TestEdge;
let front: Front;
let engineer: Person;

beforeAll(async () => {
  edge = await startEdge();
  front = await startFront(edge.url);
  engineer = person({ MCPCTL_EDGE: front.url, MCPCTL_TOKEN: (await edge.bootstrap()).token });
});
afterAll(async () => {
  engineer?.leave();
  await front?.stop();
  await edge?.stop();
});
afterEach(() => {
  front.interfere = () => false;
  engineer.slept.length = 0;
});

const llm = (name: string, more = "") =>
  `kind: llm\nname: ${name}\ntype: vllm\nmodel: m\nurl: http://127.0.0.1:9\n${more}`;
const apply = (text: string, ...flags: string[]) => engineer.run(["apply", "-f", "-", ...flags], { stdin: text });
const field = async (what: string, at: string) =>
  (await engineer.run(["get", what, "-o", `jsonpath={.${at}}`])).out.trim();

describe("apply", () => {
  test("finds the order, whatever the order and form of the documents", async () => {
    const said = await apply(`groups: [{name: team, members: [eve]}]
llms: [{name: ordered, type: openai, model: m, apiKeyRef: {name: key, key: k}}]
users: [{name: eve, email: eve@example.com}]
secrets: [{name: key, data: {k: v}}]
`);
    expect(said.err.replace(/^Warning: .*\n/gm, "")).toBe("");
    expect(said.out.trim().split("\n")).toEqual([
      "user/eve created",
      "group/team created",
      "secret/key created",
      "llm/ordered created",
    ]);
    expect(said.exit).toBe(0);
  });

  test("leaves alone what a document doesn't mention, and takes away what it says is null", async () => {
    await apply(llm("owned", "description: by apply\ntimeouts: {idle: 7000}\nlabels: {a: '1'}\n"));
    expect((await apply("kind: llm\nname: owned\ntier: heavy\nlabels: {b: '2'}\n")).out).toBe("llm/owned configured\n");
    expect(await field("llm/owned", "description")).toBe("by apply");
    expect(await field("llm/owned", "timeouts.idle")).toBe("7000");
    expect(await field("llm/owned", "labels")).toBe('{"a":"1","b":"2"}');
    await apply("kind: llm\nname: owned\ndescription: null\n");
    expect(await field("llm/owned", "description")).toBe("");
    expect((await apply("kind: llm\nname: owned\ntier: heavy\n")).out).toBe("llm/owned unchanged\n");
  });

  test("writes nothing when one document of many is wrong, and names its file and line", async () => {
    mkdirSync(path.join(engineer.home, "many/deep"), { recursive: true });
    writeFileSync(path.join(engineer.home, "many/a.yaml"), llm("fine"));
    writeFileSync(path.join(engineer.home, "many/deep/b.yml"), `${llm("good")}---\n${llm("bad", "tier: fasst\n")}`);
    writeFileSync(path.join(engineer.home, "many/notes.txt"), "no manifest");
    const said = await engineer.run(["apply", "-f", "many"]);
    expect(said).toMatchObject({ exit: 1, out: "" });
    expect(said.err).toContain('deep/b.yml:12: tier: expected one of fast, heavy, given "fasst" (did you mean fast?)');
    expect((await engineer.run(["get", "llm/fine"])).exit).toBe(3);
  });

  test("a field that is missing is a fault only where nothing is there yet", async () => {
    const said = await apply("kind: llm\nname: half\ntier: fast\n");
    expect(said.exit).toBe(1);
    expect(said.err).toContain("stdin:1: type: is missing");
  });

  test("waits as long as the edge asks, or ever longer, and tries again", async () => {
    front.interfere = refuseFirst(2, /^POST .*\/llms/, 429, { "retry-after": "3" });
    expect(await apply(llm("patient"))).toMatchObject({ exit: 0, out: "llm/patient created\n" });
    expect(engineer.slept).toEqual([3000, 3000]);
    engineer.slept.length = 0;
    front.interfere = refuseFirst(3, /^PUT /, 503);
    expect(await apply(llm("patient", "tier: heavy\n"))).toMatchObject({ exit: 0, out: "llm/patient configured\n" });
    expect(engineer.slept).toEqual([250, 500, 1000]);
  });

  test("sees that a create had worked whose answer got lost", async () => {
    let lost = false;
    front.interfere = (req, res) => {
      if (lost || req.method !== "POST") return false;
      lost = true;
      const body: Buffer[] = [];
      req.on("data", (chunk: Buffer) => body.push(chunk));
      req.on("end", async () => {
        const { authorization = "" } = req.headers;
        await fetch(edge.url + req.url, {
          method: "POST",
          headers: { authorization, "content-type": "application/json" },
          body: Buffer.concat(body),
        });
        res.writeHead(503).end();
      });
      return true;
    };
    expect(await apply(llm("lost"))).toMatchObject({ exit: 0, out: "llm/lost unchanged\n" });
    expect(lost).toBe(true);
  });

  test("writes over nobody: what others changed meanwhile is kept", async () => {
    await apply(llm("shared", "tier: fast\n"));
    let changed = false;
    front.interfere = (req, res) => {
      if (changed || req.method !== "PUT") return false;
      changed = true;
      // Between apply's GET and its PUT somebody else describes it.
      const headers = { authorization: String(req.headers.authorization), "content-type": "application/json" };
      req.resume();
      void fetch(edge.url + req.url?.split("?")[0], {
        method: "PATCH",
        headers,
        body: JSON.stringify({ description: "theirs" }),
      }).then(async (patched) => {
        const answer = await fetch(edge.url + req.url, {
          method: "PUT",
          headers: { ...headers, "if-match": String(req.headers["if-match"]) },
          body: JSON.stringify({ name: "shared", type: "vllm", model: "m" }),
        });
        expect([patched.status, answer.status]).toEqual([200, 412]);
        res.writeHead(answer.status, { "content-type": "application/problem+json" });
        res.end(await answer.text());
      });
      return true;
    };
    expect(await apply(llm("shared", "tier: heavy\n"))).toMatchObject({ exit: 0, out: "llm/shared configured\n" });
    expect(await field("llm/shared", "description")).toBe("theirs");
    expect(await field("llm/shared", "tier")).toBe("heavy");
  });

  test("one that fails stops what refers to it, and nothing else", async () => {
    front.interfere = (req, res) => {
      if (!/^POST .*\/secrets/.test(`${req.method} ${req.url}`)) return false;
      res
        .writeHead(500, { "content-type": "application/problem+json" })
        .end(JSON.stringify({ code: "internal", detail: "Broken." }));
      return true;
    };
    const said = await apply(
      `${llm("needy", "apiKeyRef: {name: sick, key: k}\n")}---\nkind: secret\nname: sick\ndata: {k: v}\n---\n${llm("healthy")}`,
    );
    expect(said.exit).toBe(1);
    expect(said.out).toBe("llm/healthy created\n");
    expect(said.err).toContain("stdin:8: secret/sick: Broken.");
    expect(said.err).toContain("stdin:1: llm/needy: Not tried: it refers to secret/sick, which failed.");
    expect(said.err).toContain("2 of 3 failed.");
  });

  test("a dry run changes nothing and may refer to what it would create", async () => {
    const text = `${llm("dry", "apiKeyRef: {name: dry, key: k}\n")}---\nkind: secret\nname: dry\ndata: {k: v}\n`;
    expect(await apply(text, "--dry-run")).toMatchObject({
      exit: 0,
      out: "secret/dry created (dry run)\nllm/dry created (dry run)\n",
    });
    expect((await engineer.run(["get", "llm/dry", "secret/dry"])).exit).toBe(3);
  });

  test("of a token: made once, shown once, then left", async () => {
    const text = "kind: mcptoken\nname: ci\nbindings: [{role: view, resource: llms}]\n";
    const first = await apply(text);
    expect(first.out).toBe("mcptoken/ci created\n");
    expect(first.err).toMatch(/mcptoken\/ci is shown once, now: mcpctl_pat_\w+\n/);
    expect(await apply(text)).toMatchObject({ exit: 0, out: "mcptoken/ci unchanged\n", err: "" });
  });

  test("takes a file from a URL, without telling it who asks", async () => {
    const asked: unknown[] = [];
    front.interfere = (req, res) => {
      if (req.url !== "/team.yaml") return false;
      asked.push(req.headers.authorization);
      res.writeHead(200).end(llm("from-afar"));
      return true;
    };
    expect(await engineer.run(["apply", "-f", `${front.url}/team.yaml`])).toMatchObject({
      exit: 0,
      out: "llm/from-afar created\n",
    });
    expect(asked).toEqual([undefined]);
    expect((await engineer.run(["apply", "-f", `${front.url}/nowhere.yaml`])).exit).toBe(3);
    expect((await engineer.run(["apply", "-f", "http://127.0.0.1:9/x.yaml"])).exit).toBe(5);
  });

  test.each([
    ["a file that isn't there", ["apply", "-f", "nowhere.yaml"], 3],
    ["nothing", ["apply"], 2],
    ["an empty text", ["apply", "-f", "-"], 1],
  ])("of %s fails with %#", async (_what, args, exit) =>
    expect(await engineer.run(args)).toMatchObject({ exit, out: "" }),
  );
});

describe("round trip", () => {
  test("what get prints for every kind is applied as unchanged, also with status, as YAML and JSON", async () => {
    await apply(llm("trip", "timeouts: {idle: 7000}\ndescription: 'yes: \"quoted\" # not a comment'\n"));
    const kinds = "llms,secrets,secretbackends,users,groups,projects,rbac,mcptokens";
    for (const flags of [
      ["-o", "yaml"],
      ["-o", "yaml", "--show-status"],
      ["-o", "json"],
    ]) {
      const got = await engineer.run(["get", kinds, ...flags]);
      const said = await apply(got.out);
      expect(said.err, said.err).toBe("");
      expect(
        said.out
          .trim()
          .split("\n")
          .filter((l) => !l.endsWith(" unchanged")),
      ).toEqual([]);
    }
    expect((await apply((await engineer.run(["get", "llms", "-l", "none=such", "-o", "yaml"])).out)).exit).toBe(0);
  });

  test("diff says what apply would do: 0 for nothing, 1 for something, and no secret value", async () => {
    await apply(llm("differs", "tier: fast\n"));
    expect(await engineer.run(["diff", "-f", "-"], { stdin: llm("differs") })).toMatchObject({ exit: 0, out: "" });
    const said = await engineer.run(["diff", "-f", "-"], {
      stdin: `${llm("differs", "tier: heavy\n")}---\nkind: secret\nname: new\ndata: {k: hidden-value}\n`,
    });
    expect(said.exit).toBe(1);
    expect(said.out).toContain("-tier: fast\n+tier: heavy\n");
    expect(said.out).toContain("+  k: (written, not shown)");
    expect(said.out).not.toContain("hidden-value");
    const secret = (value: string) => `kind: secret\nname: compared\ndata: {k: ${value}}\n`;
    await apply(secret("one"));
    expect((await engineer.run(["diff", "-f", "-"], { stdin: secret("one") })).exit).toBe(0);
    expect((await engineer.run(["diff", "-f", "-"], { stdin: secret("two") })).exit).toBe(1);
  });
});

describe("edit", () => {
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
    expect(said.opened[1]).toContain("\ntier: fats\n");
  });

  test("tells when somebody else was faster, and how it is now", async () => {
    await apply(llm("raced", "tier: fast\n"));
    const said = await engineer.run(["edit", "llm", "raced"], {
      async editor(file) {
        const text = readFileSync(file, "utf8");
        if (!text.includes("meanwhile")) await apply("kind: llm\nname: raced\ndescription: theirs\n");
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
          await apply(`kind: llm\nname: ${name}\ndescription: theirs\n`);
          writeFileSync(file, text.replace("tier: fast", "tier: heavy"));
        } else if (saves) writeFileSync(file, text);
        return 0;
      },
    });
    expect(said).toMatchObject({ exit: saves ? 0 : 1, out: out.replace("%s", name) });
    if (!saves) expect(said.err).toContain("Edit cancelled: somebody else's change stands.");
    expect(await field(`llm/${name}`, "tier")).toBe(tier);
  });

  test("an editor that fails loses nothing", async () => {
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

  test("gives up when the same mistake is saved twice", async () => {
    await apply(llm("stubborn"));
    const said = await edit(
      "stubborn",
      (t) => t.replace("model: m", "modle: m"),
      (t) => t,
    );
    expect(said.exit).toBe(1);
    expect(said.err).toContain("Edit cancelled: what was saved is still not valid.");
  });
});
