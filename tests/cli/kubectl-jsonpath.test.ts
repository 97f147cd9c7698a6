/** jsonpath templates, held against what kubectl itself answers. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Failure } from "../../cli/failure.ts";
import { jsonpath } from "../../cli/render/jsonpath.ts";
import { verifies } from "../requirements.ts";
import { type Answer, askKubectl, askTogether, document, kubectlVersion, templates } from "./kubectl-jsonpath.ts";

const table = JSON.parse(readFileSync(new URL("kubectl-jsonpath.json", import.meta.url), "utf8")) as {
  kubectl: string;
  answers: Record<string, Answer>;
};

/** Where mcpctl means to differ: what it prints, or undefined where it refuses. */
const different: Readonly<Record<string, string | undefined>> = {
  // A path needs no braces here; kubectl takes it for plain text.
  ".metadata.name": "d",
  "no braces": undefined,
  "}": undefined,
  "a}b": undefined,
  // A dot without a name is where it stands; kubectl finds nothing.
  "{.['metadata'].name}": "d",
  "{.metadata.name.}": "d",
  "{range .one}{.}{end}": '[{"name":"only"}]',
  "{.}": jsonpath("{@}")(document),
  // What kubectl refuses and has one meaning.
  "{.one..*}": '{"name":"only"} only',
  '{.metadata.labels["plain"]}': "p",
  "{.empty.map[*]}|": "|",
  "{.metadata[*]}": jsonpath("{.metadata.*}")(document),
  '{.kind}{"\\n"}{.metadata.name}{"\\t"}{"\\\\"}{"\\""}': 'Doc\nd\t\\"',
  // The bytes of a text.
  "{.kind.*}": undefined,
};

/** Keys of maps have no order in Go: kubectl prints the same values in another order each time. */
const unordered = (template: string): boolean => /\.\.|\.\*|\[\*\]\}/.test(template);
const comparable = (template: string, text: string): string =>
  unordered(template) ? text.split(" ").sort().join(" ") : text;

function ours(template: string): Answer {
  try {
    return { prints: jsonpath(template)(document) };
  } catch (error) {
    if (error instanceof Failure && (error.exit === 1 || error.exit === 2)) return { refuses: error.message };
    throw error;
  }
}

describe(verifies("cli.jsonpath", "jsonpath"), () => {
  test("the table has an answer for every template, and templates for every answer", () => {
    expect(Object.keys(table.answers)).toEqual([...templates]);
  });

  test.each(Object.entries(different))("%s differs from kubectl's answer on purpose", (template, prints) => {
    expect(templates).toContain(template);
    expect(ours(template)).toEqual(prints === undefined ? { refuses: expect.any(String) } : { prints });
    expect(table.answers[template]).not.toEqual({ prints });
  });

  test.each(templates.filter((t) => !Object.hasOwn(different, t)))("%s answers as kubectl does", (template) => {
    const theirs = table.answers[template];
    const answer = ours(template);
    if (!theirs || "refuses" in theirs) expect(answer, JSON.stringify(theirs)).toHaveProperty("refuses");
    else {
      expect(answer).toHaveProperty("prints");
      if ("prints" in answer) expect(comparable(template, answer.prints)).toBe(comparable(template, theirs.prints));
    }
  });
});

const installed = kubectlVersion();
/** A range that nothing ends would take in what follows. */
const endless = (template: string): boolean => template.includes("{range") && !template.includes("{end}");

describe.skipIf(installed === undefined)("the kubectl on PATH still", () => {
  const prints = (t: string) => "prints" in (table.answers[t] ?? {});

  test("prints what the table says", { timeout: 60_000 }, async () => {
    const printed = templates.filter((t) => prints(t) && !endless(t));
    const now = await askTogether(printed);
    expect(now).toHaveLength(printed.length);
    for (const [i, template] of printed.entries()) {
      const kept = table.answers[template];
      const text = kept && "prints" in kept ? kept.prints : "";
      expect(comparable(template, now[i] ?? ""), template).toBe(comparable(template, text));
    }
  });

  test("refuses what the table says", { timeout: 120_000 }, async () => {
    const refused = templates.filter((t) => !prints(t));
    const answers = await askKubectl(refused);
    for (const [i, template] of refused.entries()) expect(answers[i], template).toHaveProperty("refuses");
  });
});
