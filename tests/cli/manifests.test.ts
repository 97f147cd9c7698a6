/** Files, directories, pipes and URLs that apply is given, over a real edge. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
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

const llm = (name: string, more = "") =>
  `kind: llm\nname: ${name}\ntype: vllm\nmodel: m\nurl: http://127.0.0.1:9\n${more}`;
const apply = (text: string, ...flags: string[]) => engineer.run(["apply", "-f", "-", ...flags], { stdin: text });

describe("mcpctl apply -f", () => {
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

  test("refuses one resource in two files, and a file that is not UTF-8", async () => {
    mkdirSync(path.join(engineer.home, "twice"), { recursive: true });
    writeFileSync(path.join(engineer.home, "twice/a.yaml"), llm("twin"));
    writeFileSync(path.join(engineer.home, "twice/b.json"), JSON.stringify([{ kind: "LLM", name: "twin" }]));
    const said = await engineer.run(["apply", "-f", "twice"]);
    expect(said).toMatchObject({ exit: 1, out: "" });
    expect(said.err).toContain("twice/b.json:1: llm/twin is already at twice/a.yaml:1");
    writeFileSync(
      path.join(engineer.home, "latin.yaml"),
      Buffer.from("kind: group\nname: g\ndescription: \xfcber\n", "latin1"),
    );
    expect((await engineer.run(["apply", "-f", "latin.yaml"])).err).toContain("latin.yaml:3: is not UTF-8.");
    const piped = Buffer.from([0xff, 0xfe, 0x6b, 0x00]);
    expect((await engineer.run(["apply", "-f", "-"], { stdin: piped })).err).toContain("stdin is UTF-16.");
  });

  test("reads a manifest of ten megabytes and finds its one mistake", async () => {
    const many = `secrets:\n${Array.from({ length: 250 }, (_, i) => `- name: s${i}\n  data: {k: ${"x".repeat(40_000)}}\n`).join("")}`;
    expect(many.length).toBeGreaterThan(10_000_000);
    const said = await apply(`${many}- name: last\n  descripton: x\n`);
    expect(said).toMatchObject({ exit: 1, out: "" });
    expect(said.err).toContain("stdin:503: descripton: is not a field (did you mean description?)");
  });

  test("takes a file from a URL, and sends it no credential", async () => {
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
