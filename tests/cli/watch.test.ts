/** `mcpctl get -w` over a real edge: what is there, what changes, in each form, and through lost connections. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../harness/until.ts";
import { type Catalogue, startCatalogue } from "./catalogue.ts";
import type { Doing, Said } from "./person.ts";

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await startCatalogue();
});
afterAll(() => catalogue?.stop());

interface Looking {
  out(): string;
  says(what: RegExp): Promise<unknown>;
  /** Ctrl-C. */
  stop(): Promise<Said>;
  ended: Promise<Said>;
}

function get(args: string, doing: Doing = {}): Looking {
  const stop = new AbortController();
  let out = "";
  const ended = catalogue.engineer.run(["get", ...args.split(" ")], {
    ...doing,
    signal: stop.signal,
    onOut(text) {
      out += text;
    },
  });
  return {
    out: () => out,
    says: (what) =>
      until(
        () => `it says ${what}; it said: ${out}`,
        () => what.test(out),
      ),
    stop() {
      stop.abort();
      return ended;
    },
    ended,
  };
}
const mcpctl = async (line: string) => {
  const said = await catalogue.engineer.run(line.split(" "));
  expect(said.exit, said.err).toBe(0);
};
const label = (name: string, labels: string) => mcpctl(`label llm ${name} ${labels} --overwrite`);
const create = (name: string) =>
  mcpctl(`create llm ${name} --type vllm --model m --url http://127.0.0.1:9 --label team=heavy`);

test("get --watch prints a table, then a row for each change under its columns, and nothing at Ctrl-C", async () => {
  const looking = get("llms -w -l team=heavy");
  await looking.says(/\nbeta .*\n/);
  await create("new");
  await looking.says(/\nnew .*\n/);
  await label("beta", "team=fast");
  await looking.says(/\nbeta .*\n(.*\n)*beta/);
  await label("beta", "team=heavy");
  await mcpctl("delete llm new");
  await looking.says(/\nnew .*\n(.*\n)*new /);
  const said = await looking.stop();
  expect(said).toMatchObject({ exit: 130, err: "" });
  const lines = said.out.trimEnd().split("\n");
  expect(lines.map((l) => l.split(" ")[0])).toEqual(["NAME", "beta", "new", "beta", "beta", "new"]);
  expect(new Set(lines.map((l) => l.search(/vllm|TYPE/))).size).toBe(1);
});

test("get --watch on a terminal draws over the last table, without what was deleted", async () => {
  const looking = get("llms -w -l team=heavy", { terminal: true });
  await looking.says(/beta/);
  await create("a-drawn");
  await looking.says(/drawn/);
  await mcpctl("delete llm a-drawn");
  await until("it is drawn without it", () => !(looking.out().split("\u001b[J").at(-1) ?? "drawn").includes("drawn"));
  const said = await looking.stop();
  const frames = said.out.split("\u001b[J").map((f) => f.replace("\u001b", "").replace(/\[\d+A$/, ""));
  expect(
    frames.map((f) =>
      f
        .trimEnd()
        .split("\n")
        .map((l) => l.split(" ")[0]),
    ),
  ).toEqual([
    ["NAME", "beta"],
    ["NAME", "a-drawn", "beta"],
    ["NAME", "beta"],
  ]);
});

test("get --watch with custom columns puts each row under the first", async () => {
  const looking = get("llms -w -l team=heavy -o custom-columns=A-LONG-HEADING:.name,TIER:.tier");
  await looking.says(/^A-LONG-HEADING +TIER\nbeta {13}heavy\n$/);
  await create("x");
  await looking.says(/\nx {16}fast\n$/);
  await looking.stop();
  await mcpctl("delete llm x");
});

test("get --watch never draws more lines than the terminal has", async () => {
  for (const name of ["tall-1", "tall-2", "tall-3"]) await create(name);
  const looking = get("llms -w", { terminal: true, rows: 6 });
  await looking.says(/… and \d+ more lines than fit here\n$/);
  await label("alpha", "seen=yes");
  await looking.says(/\[4A.\[J/);
  const said = await looking.stop();
  for (const frame of said.out.split("\u001b[J")) expect(frame.match(/\n/g)?.length).toBe(4);
  await mcpctl("delete llm tall-1 tall-2 tall-3");
});

test("get --watch prints documents of each form, one after the other", async () => {
  const forms = ["name", "json", "yaml", "jsonpath={.name}:{.labels.form}"];
  const looking = forms.map((form) => get(`llm beta -w -o ${form}`));
  await Promise.all(looking.map((l) => l.says(/beta/)));
  await label("beta", "form=2");
  await Promise.all(looking.map((l) => l.says(/beta[\s\S]*beta/)));
  const [name, json, yaml, path] = await Promise.all(looking.map(async (l) => (await l.stop()).out));
  expect(name).toBe("llm/beta\nllm/beta\n");
  expect(json?.split(/(?<=^\}\n)/m).map((text) => JSON.parse(text).labels.form)).toEqual([undefined, "2"]);
  expect(yaml?.split("---\n").map((text) => /form: "2"/.test(text))).toEqual([false, true]);
  expect(path).toBe("beta:\nbeta:2\n");
});

test("get --watch-only prints changes alone, and what each was", async () => {
  const only = get("llms --watch-only -o name");
  const events = get("llm/beta -w --output-watch-events");
  const json = get("llm/beta --watch-only --output-watch-events -o json");
  await events.says(/^EVENT +NAME.*\nADDED +beta/);
  await until("all of them look", async () => {
    await label("beta", `n=${Date.now()}`);
    return only.out() !== "" && json.out() !== "";
  });
  await events.says(/\nMODIFIED +beta/);
  expect((await only.stop()).out).toMatch(/^(llm\/beta\n)+$/);
  expect(JSON.parse((await json.stop()).out.split(/(?<=^\}\n)/m)[0] ?? "")).toMatchObject({
    type: "MODIFIED",
    object: { kind: "llm", name: "beta" },
  });
  await events.stop();
});

test("get --watch follows several kinds at once, each row with its kind", async () => {
  const looking = get("llms,projects -w");
  await looking.says(/llm\/beta [\s\S]*project\/default /);
  await mcpctl("create project watched");
  await looking.says(/\nproject\/watched /);
  await mcpctl("delete project watched");
  await looking.stop();
});

test("get --watch goes on where it was after a lost connection, and says so only when that lasts", async () => {
  const looking = get("llms -w -l team=heavy -o name");
  await looking.says(/beta/);
  let refused = 0;
  catalogue.front.interfere = (req, res) => {
    if (!req.url?.includes("watch=true")) return false;
    refused++;
    res.destroy();
    return true;
  };
  catalogue.front.cut();
  await until("it has tried", () => refused >= 3);
  await create("meanwhile");
  catalogue.front.interfere = () => false;
  await looking.says(/meanwhile/);
  const said = await looking.stop();
  expect(said.out).toBe("llm/beta\nllm/meanwhile\n");
  expect(said.err.match(/Warning:/g)).toHaveLength(1);
  expect(catalogue.front.seen.filter((s) => s.includes("watch=true")).at(-1)).toContain("resourceVersion=");
  await mcpctl("delete llm meanwhile");
});

test("get --watch begins anew where it missed too much, and shows what changed meanwhile", async () => {
  const looking = get("llms -w -o name --output-watch-events -l team=heavy");
  await looking.says(/beta/);
  let refused = false;
  catalogue.front.interfere = (req, res) => {
    if (!req.url?.includes("resourceVersion=")) return false;
    refused = true;
    res.writeHead(410, { "content-type": "application/problem+json" });
    res.end(JSON.stringify({ status: 410, code: "expired", title: "expired", detail: "Too old." }));
    return true;
  };
  await create("fresh");
  await looking.says(/fresh/);
  catalogue.front.cut();
  await until("it was refused", () => refused);
  await create("fresher");
  await looking.says(/fresher/);
  expect((await looking.stop()).out).toBe("llm/beta\nllm/fresh\nllm/fresher\n");
  catalogue.front.interfere = () => false;
  for (const name of ["fresh", "fresher"]) await mcpctl(`delete llm ${name}`);
});

test("get --watch fails for a resource that does not exist", async () => {
  expect(await get("llm nowhere -w").ended).toMatchObject({ exit: 3, out: "" });
  expect(await get("llms -w --field-selector nope=1").ended).toMatchObject({ exit: 1, out: "" });
  expect(await get("sessions -w").ended).toMatchObject({ exit: 2, out: "" });
  const { engineer } = catalogue;
  expect((await engineer.run(["get", "llms", "-w", "--edge", "http://127.0.0.1:9"])).exit).toBe(5);
});

test("get --watch of a name that several have follows only the one that its parent names", async () => {
  for (const agent of ["first", "second"]) {
    await mcpctl(`create agent ${agent} --llm alpha`);
    await mcpctl(`create personality calm --agent ${agent}`);
  }
  const looking = get("personality second/calm -w --output-watch-events -o jsonpath={.agent}={.labels.n}");
  await looking.says(/second/);
  await mcpctl("label personality first/calm n=1");
  await mcpctl("label personality second/calm n=2");
  await looking.says(/second=2/);
  expect((await looking.stop()).out).not.toContain("first");
  const trail = () => catalogue.engineer.run(["events", "personality", "second/calm"]);
  await until("what was done has been recorded", async () => (await trail()).out.includes("personality/calm"));
  expect((await trail()).err).toBe("The list contains the events of every personality with the name calm.\n");
});
