/** What somebody types who knows kubectl by heart, and what their terminal is spared. */
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Catalogue, startCatalogue } from "./catalogue.ts";
import type { Doing, Person } from "./person.ts";

let catalogue: Catalogue;
let engineer: Person;

beforeAll(async () => {
  catalogue = await startCatalogue();
  ({ engineer } = catalogue);
});
afterAll(() => catalogue?.stop());

const run = (line: string, doing?: Doing) => engineer.run(line.split(" "), doing);
const out = async (line: string, doing?: Doing) => {
  const said = await run(line, doing);
  expect(said.exit, said.err).toBe(0);
  return said.out;
};
const group = (name: string) => `kind: group\nname: ${name}\n`;

describe("spellings that kubectl users type", () => {
  test.each([
    ["get llm alpha -o=name", "llm/alpha\n"],
    ["get llms -l=team=fast -o=name", "llm/alpha\nllm/gamma\n"],
    ["get llms -q -l=team=nobody", ""],
  ])("%s", async (line, expected) => expect(await out(line)).toBe(expected));

  test.each([
    ["apply team.yaml", "Use -f for a file: `mcpctl apply -f team.yaml`."],
    ["create -f team.yaml", "`mcpctl apply -f team.yaml`"],
    ["get prompts -n web", "-p selects a project"],
    ["get prompts --all-namespaces", "-A all projects"],
    ["patch llm alpha", "`mcpctl edit`"],
    ["auth whoami", "Use `mcpctl whoami`."],
    ["config get-contexts x", "See `mcpctl config get-contexts --help`."],
    ["approve", "The name is missing."],
    ["revoke", "The name is missing."],
    ["get llms -o jsonpath", "jsonpath=TEMPLATE"],
    ["get llm ", "A name is empty."],
    ["delete llm alpha ", "A name is empty."],
    ["get ,", "The kind is missing."],
    ["get llm alpha -l team=fast", "can't be combined with selectors"],
    ["describe llm alpha -l team=fast", "can't be combined with selectors"],
  ])("%s is told what it is here", async (line, hint) => {
    const said = await run(line);
    expect(said).toMatchObject({ exit: 2, out: "" });
    expect(said.err).toContain(hint);
    expect(said.err.trimEnd().split("\n").length).toBeLessThanOrEqual(3);
  });
});

test("describe goes on past a resource that does not exist", async () => {
  const said = await run("describe llm nowhere alpha");
  expect(said).toMatchObject({ exit: 3, out: expect.stringMatching(/^Name: +alpha\n/) });
  expect(said.err).toContain('There is no llm "nowhere"');
});

test("a word after a flag with an optional value is its value only where it can be", async () => {
  expect(await out("delete --dry-run llm alpha")).toBe('llm "alpha" deleted (dry run)\n');
  expect(await out("delete --dry-run server llm alpha")).toBe('llm "alpha" deleted (server dry run)\n');
  expect(await out("delete llm alpha --dry-run=server")).toBe('llm "alpha" deleted (server dry run)\n');
  expect(await out("create project --gated web --dry-run -o jsonpath={.name}:{.gated}")).toBe("web:true\n");
  expect((await run("delete llm alpha --dry-run=sever")).err).toContain("--dry-run sever is not valid");
});

describe("the flag -f", () => {
  test("takes several files with commas, and directories without hidden files", async () => {
    const team = path.join(engineer.home, "team");
    for (const folder of [".git", "sub dir", "node_modules/x"]) mkdirSync(path.join(team, folder), { recursive: true });
    for (const file of [".git/a.yaml", ".#lock.yaml", "node_modules/x/a.json"])
      writeFileSync(path.join(team, file), "no: resource\n");
    writeFileSync(path.join(team, "a.yml"), group("a"));
    writeFileSync(path.join(team, "sub dir", "b c.YAML"), group("b"));
    writeFileSync(path.join(engineer.home, "c,d.yaml"), group("cd"));
    expect(await out("apply -R -f team")).toBe("group/a created\ngroup/b created\n");
    writeFileSync(path.join(engineer.home, "e.yaml"), group("e"));
    expect(await out("apply -f team/a.yml,e.yaml")).toBe("group/a unchanged\ngroup/e created\n");
    expect(await out("delete -f c,d.yaml --ignore-not-found")).toBe("");
    expect(await out("apply -f c,d.yaml")).toBe("group/cd created\n");
    expect((await run("diff -f *.yaml")).err).toContain("There is no file *.yaml.\nmcpctl does not expand patterns");
  });

  test("refuses a URL without a manifest, and says what it found there", async () => {
    const server = createServer((req, res) => {
      if (req.url === "/page") res.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<html>");
      else if (req.url === "/moved") res.writeHead(302, { location: "/file" }).end();
      else if (req.url === "/file") res.writeHead(200).end(group("fetched"));
      else res.writeHead(404).end();
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await out(`apply -f ${at}/moved`)).toBe("group/fetched created\n");
    expect((await run(`apply -f ${at}/page`)).err).toContain("is a web page, not YAML or JSON.\n");
    expect(await run(`apply -f ${at}/nowhere`)).toMatchObject({
      exit: 3,
      err: expect.stringContaining("404 Not Found"),
    });
    await new Promise((closed) => server.close(closed));
    expect(await run(`apply -f ${at}/file`)).toMatchObject({
      exit: 5,
      err: expect.stringMatching(/can't be reached: (nothing listens there|the connection was cut)\.\n/),
    });
  });
});

test("get says when a project limited what was found", async () => {
  await out("create project shop");
  await out("create mcptoken ci");
  expect((await run("get mcptokens -p shop")).err).toBe("No mcptokens found in project shop; -A shows all projects.\n");
  expect(await run("get mcptoken ci -p shop")).toEqual({
    exit: 3,
    out: "",
    err: 'Error: There is no mcptoken "ci" of project "shop".\nThere is one elsewhere: `mcpctl get mcptokens -A` lists them all.\n',
  });
});

describe("-o custom-columns", () => {
  test.each([
    ["get llms -o custom-columns=N:.name,TIER:.tier", "N       TIER\nalpha   fast\nbeta    heavy\ngamma   fast\n"],
    ["get llm alpha --no-headers -o custom-columns=K:.kind,X:.nothing", "llm   <none>\n"],
    ["get llm beta -o custom-columns=T:.labels['team']", "T\nheavy\n"],
    ["get llms -l team=nobody -o custom-columns=N:.name", ""],
  ])("%s", async (line, expected) => expect(await out(line)).toBe(expected));

  test.each([
    "get llms -o jsonpath={.items[*].metadata.name}",
    "get llms -o custom-columns=N:.metadata.name",
    "get llms --sort-by=.metadata.name",
  ])("%s: what Kubernetes wraps stands side by side, and that is told", async (line) => {
    expect((await run(line)).err).toContain("Fields stand side by side here: .name");
  });

  test("shows labels, and refuses a column that does not exist", async () => {
    expect(await out("get llms -L team,nothing")).toMatch(/^NAME .* AGE +TEAM +NOTHING\nalpha .* fast +-\n/);
    expect(await run("get llms -o custom-columns=name")).toMatchObject({
      exit: 2,
      err: expect.stringContaining('"name" is no column.\nWrite HEADING:.path'),
    });
  });
});

test.each(["explain llm -o json", "diff -f x.yaml -o yaml", "describe llm alpha -o yaml"])(
  "-o %s is refused, with the forms that exist",
  async (line) =>
    expect(await run(line)).toMatchObject({ exit: 2, out: "", err: expect.stringContaining("no output format") }),
);

test("get events shows the events' ids only with -o wide and -o name", async () => {
  expect(await out("get events")).toMatch(/^TYPE +ACTION +ABOUT +/);
  expect(await out("get events -o wide")).toMatch(/^NAME +TYPE +/);
  const name = (await out("get events -o name")).split("\n")[0] ?? "";
  expect(await out(`get ${name}`)).toMatch(/^NAME +TYPE +/);
});

test("delete names in two lines what still refers to a resource", async () => {
  await out("create agent reader --llm alpha");
  await out("create agent writer --llm alpha");
  const said = await run("delete llm alpha");
  expect(said.err).toBe(
    'Error: The llm "alpha" is in use by agent/reader, agent/writer.\nChange or delete those first.\n',
  );
});

test("control characters of a resource are hidden on a terminal and kept in a pipe", async () => {
  const evil = "a\u001b[31mb\u009b1mc\u202e";
  const document = JSON.stringify({ kind: "llm", name: "evil", type: "vllm", model: evil, url: "http://127.0.0.1:9" });
  await out("apply -f -", { stdin: document });
  for (const form of ["table", "wide", "yaml", "json", "jsonpath={.model}"]) {
    const seen = await out(`get llm evil -o ${form}`, { terminal: true });
    expect(seen.match(/[^\n\P{Cc}]|\p{Bidi_Control}/gu), form).toBeNull();
  }
  expect(await out("get llm evil -o jsonpath={.model}")).toBe(`${evil}\n`);
  for (const form of ["yaml", "json"]) {
    const printed = await out(`get llm evil -o ${form}`);
    expect(await out("apply -f -", { stdin: printed })).toBe("llm/evil unchanged\n");
  }
});
