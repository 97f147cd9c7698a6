/**
 * What kubectl itself answers to many templates. As a program it asks the kubectl on PATH and writes the table that tests hold
 * mcpctl against: `node tests/cli/kubectl-jsonpath.ts > tests/cli/kubectl-jsonpath.json`. No cluster is needed: `patch --local`
 * prints a file.
 */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** `items` at the top would make a list of it: kubectl prints each of a list's resources by itself. */
export const document = {
  apiVersion: "x.example/v1",
  kind: "Doc",
  metadata: {
    name: "d",
    labels: {
      "app.kubernetes.io/name": "web",
      "x.y": "dots",
      "a b": "space",
      plain: "p",
      under_score: "u",
      "da-sh": "h",
    },
  },
  rows: [
    { name: "a", tier: "fast", n: 1, on: true, price: 1.5, tags: ["t1", "t2"], status: { state: "active" } },
    { name: "b", tier: "heavy", n: 2, on: false, price: 2.5, tags: [], status: { state: "inactive" } },
    { name: "c", tier: "fast", n: 3, on: true, nothing: null, labels: { "app.kubernetes.io/name": "web" } },
  ],
  one: [{ name: "only" }],
  empty: { text: "", list: [], map: {} },
  numbers: {
    zero: 0,
    int: 1234567,
    negative: -7,
    half: 0.5,
    small: 0.0000025,
    tenth: 0.0001,
    great: 1234567.5,
    big: 1e21,
  },
  yes: true,
  no: false,
  nul: null,
  text: 'a "quoted" \\ text\nof two lines',
  texts: ["x", "y z", 'q"', null, true, 1.5],
  nested: [[1, 2], [3], []],
  deep: { b: { name: "inner", a: [{ name: "innermost" }] }, name: "outer" },
  ünï: "code",
};

export const templates: readonly string[] = [
  // Names with escapes, quotes and brackets.
  "{.metadata.labels.app\\.kubernetes\\.io/name}",
  "{.metadata.labels['app\\.kubernetes\\.io/name']}",
  "{.metadata['labels']['app\\.kubernetes\\.io/name']}",
  "{['metadata']['name']}",
  "{['metadata.name']}",
  "{.['metadata'].name}",
  "{.metadata.labels.x\\.y}",
  "{.metadata.labels['x\\.y']}",
  "{.metadata.labels.a\\ b}",
  "{.metadata.labels['a\\ b']}",
  "{.metadata.labels.under_score} {.metadata.labels.da-sh} {.metadata.labels.da\\-sh} {.metadata.labels.pl\\ain}",
  "{.rows[2].labels.app\\.kubernetes\\.io/name}",
  '{.rows[?(@.labels.app\\.kubernetes\\.io/name=="web")].name}',
  "{.rows[?(@.labels['app\\.kubernetes\\.io/name']=='web')].name}",
  "{.rows[*].labels.app\\.kubernetes\\.io/name}",
  "{..labels.app\\.kubernetes\\.io/name}",
  "{.ünï}",
  "{.metadata.labels.app.kubernetes.io/name}",
  // What is not there.
  "{.none}",
  "{.none.deeper[0].still}",
  "{.metadata.none}|",
  "{.kind.none}",
  "{.rows[*].none}",
  "{.nul.none}",
  "{.rows[*].nothing}",
  // Values as text.
  "{.yes} {.no} {.nul}",
  "{.text}",
  "{.texts}",
  "{.texts[*]}",
  "{.numbers.zero} {.numbers.int} {.numbers.negative} {.numbers.half}",
  "{.numbers.small} {.numbers.tenth} {.numbers.great} {.numbers.big}",
  "{.empty.text}|{.empty.list}|{.empty.map}",
  "{.metadata}",
  "{.deep}",
  "{.rows[0]}",
  "{.rows[0].tags}",
  "{.rows[*].tags}",
  "{.nested}",
  "{.nested[*]}",
  "{.nested[*][*]}",
  "{.nested[0][1]}",
  // Indexes, slices and unions.
  "{.rows[0].name}",
  "{.rows[-1].name}",
  "{.rows[-3].name}",
  "{.rows[-4].name}",
  "{.rows[3].name}",
  "{.rows[0:2].name}",
  "{.rows[1:].name}",
  "{.rows[:1].name}",
  "{.rows[:].name}",
  "{.rows[-2:].name}",
  "{.rows[:-1].name}",
  "{.rows[0:-1].name}",
  "{.rows[0:3:2].name}",
  "{.rows[::2].name}",
  "{.rows[::-1].name}",
  "{.rows[2:0:-1].name}",
  "{.rows[::0].name}",
  "{.rows[0:9].name}",
  "{.rows[2:1].name}",
  "{.rows[1:1].name}",
  "{.rows[].name}",
  "{.rows[0,2].name}",
  "{.rows[0, 2].name}",
  "{.rows[-1,0].name}",
  "{.rows[0,7].name}",
  "{.rows[0:1,2].name}",
  "{.rows[*]['name','tier']}",
  "{.rows[*]['name', 'status.state']}",
  "{.rows[0]['name','none']}",
  "{.metadata.labels['plain','app\\.kubernetes\\.io/name']}",
  "{.rows[x].name}",
  "{.rows[1.5].name}",
  "{.rows[0:1:2:3].name}",
  "{.rows[0}",
  "{.metadata[0]}",
  "{.kind[0]}",
  "{.yes[0]}",
  "{.empty.list[0]}",
  "{.empty.list[*]}",
  "{.empty.list[*].name}|",
  "{.nul[0]}|",
  // Filters.
  '{.rows[?(@.tier=="fast")].name}',
  "{.rows[?(@.tier=='fast')].name}",
  '{.rows[?(@.tier == "fast")].name}',
  '{.rows[?( @.tier == "fast" )].name}',
  '{.rows[?(@.tier!="fast")].name}',
  '{.rows[?("fast"==@.tier)].name}',
  '{.rows[?(@.status.state=="inactive")].name}',
  '{.rows[?(@.tags[0]=="t1")].name}',
  '{.rows[?(@.name=="none")].name}|',
  '{.rows[?(.name=="a")].tier}',
  '{.rows[?($.name=="a")].tier}',
  "{.rows[?(@.n==2)].name}",
  "{.rows[?(@.n>1)].name}",
  "{.rows[?(@.n>=2)].name}",
  "{.rows[?(@.n<2)].name}",
  "{.rows[?(@.n<=2)].name}",
  "{.rows[?(@.n!=2)].name}",
  "{.rows[?(@.price>2.0)].name}",
  "{.rows[?(@.price==1.5)].name}",
  "{.rows[?(@.on==true)].name}",
  "{.rows[?(@.on==false)].name}",
  "{.rows[?(@.on!=true)].name}",
  '{.rows[?(@.name>"a")].name}',
  '{.rows[?(@.name<="b")].name}',
  "{.rows[?(@.status)].name}",
  "{.rows[?(@.none)].name}|",
  "{.rows[?(@.nothing)].name}",
  '{.rows[?(@.none=="a")].name}|',
  "{.rows[?(@.name==@.tier)].name}|",
  '{.rows[?(@.n=="1")].name}',
  "{.rows[?(@.name==1)].name}",
  "{.rows[?(@.name>1)].name}",
  "{.rows[?(@.on>false)].name}",
  '{.rows[?(@.on=="true")].name}',
  "{.rows[?(@.name==a)].name}",
  "{.rows[?(@.nothing==null)].name}",
  '{.rows[?(@.nothing=="x")].name}',
  '{.rows[?(@.status=="x")].name}',
  '{.rows[?(@.tags[*]=="t1")].name}',
  '{.rows[?(@.tier=="fast" && @.n==1)].name}',
  '{.rows[?(@.tier=="fast" || @.n==1)].name}',
  "{.rows[?(@.n ~ 1)].name}",
  "{.rows[?(@.n = 1)].name}",
  '{.rows[?(@.name=~"a")].name}',
  '{.rows[?(@.name=="a"].name}',
  '{.rows[?(@.name=="a)].name}',
  '{.metadata[?(@.name=="d")]}',
  '{.kind[?(@.name=="d")]}',
  '{.texts[?(@=="x")]}',
  '{.rows[?(@.tier=="fast")].tags[0]}',
  '{.rows[?(@.tier=="fast")][0]}',
  "{.nested[?(@[0]==3)]}",
  '{.rows[?(@.name=="(")].name}|',
  // Ranges.
  '{range .rows[*]}{.name}={.tier}{"\\n"}{end}',
  "{range .rows[*]}{.name}{' '}{end}!",
  "{range .rows[*]}{.name}:{range .tags[*]}{@},{end};{end}",
  "{range .nested[*]}[{range @[*]}{@}{end}]{end}",
  "{range .none[*]}{.name}{end}!",
  "{range .empty.list[*]}{.name}{end}!",
  '{range .rows[?(@.tier=="fast")]}{.name}{"\\t"}{.n}{"\\n"}{end}',
  "{range .rows[*]}{.status.state}|{end}",
  "{range .one}{.}{end}",
  "{range .metadata}{.name}{end}",
  "{range .rows[*].name}{@}{end}",
  "{range .rows[*]}{$.name}{end}",
  "{ range .rows[*] }{ .name }{ end }",
  "{range .rows[*]}{.name}",
  "{end}",
  "{range}{.kind}{end}",
  "{range.rows[*]}{.name}{end}",
  "{range .rows[*]}{.name}{end}{range .one[*]}{.name}{end}",
  // Everything below, everything within.
  "{..name}",
  "{..tags}",
  "{.rows..state}",
  "{.deep..name}",
  "{..none}|",
  "{.rows[*].*}",
  "{.one.*.name}",
  "{.rows.*.name}",
  "{.one[*].*}",
  "{.one..*}",
  "{.kind.*}",
  "{.metadata[*]}",
  "{.empty.map[*]}|",
  "{.metadata.labels.*}",
  "{...name}",
  "{.rows[*]..name}",
  "{.nested..[0]}",
  "{..['name']}",
  // Text, and what stands in braces.
  "no braces",
  ".metadata.name",
  "name: {.metadata.name}!",
  "{.metadata.name}\\n",
  '{.kind}{"\\n"}{.metadata.name}{"\\t"}{"\\\\"}{"\\""}',
  "{'\\n'}{'a'}{'\\''}",
  '{"\\u00e9\\x41"}',
  '{"\\q"}',
  '{"it\'s"}{\'a "b"\'}',
  '{"{}"}',
  '{"}"}{.kind}',
  "{@}",
  "{$}",
  "{.}",
  "{}",
  "{ }",
  "{@.kind}",
  "{$.kind}",
  "{$['kind']}",
  "{@.metadata.name}",
  "{ .kind }",
  "{.kind .name}",
  "{.metadata .name}",
  "{.metadata.name.}",
  "{.kind}{.metadata.name}",
  "{kind}",
  "{metadata.name}",
  "{true}",
  "{1}",
  "{1.5}",
  "{.kind",
  "{",
  "}",
  "a}b",
  "{.kind}}",
  "{.kind,.yes}",
  "{.kind|.yes}",
  "{.a#b}",
  "{#}",
  "{.metadata.labels[plain]}",
  '{.metadata.labels["plain"]}',
  "{.metadata.labels['plain]}",
  '{"unclosed}',
  "{.rows[*].name} {.rows[*].tier}",
  "{.metadata\n.name}",
  "{range .rows[*]}\n{.name}{end}",
  "{.rows[*].name[0]}",
  "{.metadata.[name]}",
  "{.metadata..name}",
];

/** What it prints, or why it does not. */
export type Answer = { prints: string } | { refuses: string };

export function kubectlVersion(): string | undefined {
  try {
    const text = execFileSync("kubectl", ["version", "--client", "-o", "json"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    return (JSON.parse(String(text)) as { clientVersion: { gitVersion: string } }).clientVersion.gitVersion;
  } catch {
    return undefined;
  }
}

/** The answers of the kubectl on PATH, in order. */
export async function askKubectl(asked: readonly string[], atOnce = 4): Promise<Answer[]> {
  const folder = mkdtempSync(join(tmpdir(), "kubectl-jsonpath-"));
  const file = join(folder, "doc.json");
  writeFileSync(file, JSON.stringify(document));
  const answers: Answer[] = [];
  const waiting = [...asked.entries()];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) answers[next[0]] = await askOne(file, next[1]);
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, worker));
  } finally {
    rmSync(folder, { recursive: true });
  }
  return answers;
}

const BETWEEN = "\n##\n";

/** As `askKubectl`, of templates that it does not refuse: in one run, which is sooner. */
export async function askTogether(asked: readonly string[]): Promise<string[]> {
  const [answer] = await askKubectl([asked.join(BETWEEN)]);
  return answer && "prints" in answer ? answer.prints.split(BETWEEN) : [];
}

function askOne(file: string, template: string): Promise<Answer> {
  const args = ["patch", "--local", "--type", "merge", "-p", "{}", "-f", file, "-o", `jsonpath=${template}`];
  return new Promise((resolve) => {
    execFile("kubectl", args, (error, stdout, stderr) => {
      const why = /(?:Error executing template: |error parsing jsonpath .*?, )(.*?)(?:\. Printing more|\n|$)/.exec(
        stderr,
      );
      resolve(error ? { refuses: why?.[1] ?? stderr.split("\n")[0] ?? "" } : { prints: stdout });
    });
  });
}

if (import.meta.main) {
  const answers = await askKubectl(templates);
  const table = { kubectl: kubectlVersion(), answers: Object.fromEntries(templates.map((t, i) => [t, answers[i]])) };
  console.log(JSON.stringify(table, null, 2));
}
