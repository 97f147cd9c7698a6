/**
 * Every field of every kind that can be written, found in its schema and not in a list: whatever is wrong with it is a 400
 * that says where, what would do, and what was given. And every query parameter of every list.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { hasTable, kinds } from "#db/kinds/index";
import { metaOf, unwrap } from "#db/schema/field";
import { childSchemas, type Kind, optionSchemas } from "#db/schema/kind";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { verifies } from "../requirements.ts";

let edge: TestEdge;
let api: Api;
beforeAll(async () => {
  edge = await startEdge();
  api = apiOf(edge.url, (await edge.bootstrap()).token);
});
afterAll(() => edge?.stop());

interface Field {
  /** Steps from the top; `[]` an element, `*` a value of a record. */
  steps: readonly string[];
  schema: z.core.$ZodType;
  /** It stands in one of several forms, and who gets none of them right is told so at the fork. */
  forked: boolean;
  hidden: boolean;
}

function fieldsOf(kind: Kind): Field[] {
  const found: Field[] = [];
  const walk = (schema: z.core.$ZodType, steps: readonly string[], forked: boolean, hidden: boolean) => {
    const options = optionSchemas(schema);
    for (const option of options)
      for (const [step, child] of childSchemas(option)) {
        const field = {
          steps: [...steps, step],
          schema: child,
          forked: forked || options.length > 1,
          hidden: hidden || metaOf(child).writeOnly === true,
        };
        found.push(field);
        walk(child, field.steps, field.forked, field.hidden);
      }
  };
  walk(kind.spec, [], false, false);
  return found;
}

/** A document with this at that place, and nothing else that it does not need. */
function documentWith(steps: readonly string[], value: unknown): Record<string, unknown> {
  const around = [...steps].reverse().reduce<unknown>((inner, step) => {
    if (step === "[]") return [inner];
    return { [step === "*" ? "key" : step]: inner };
  }, value);
  return { name: "fuzzed", ...(around as Record<string, unknown>) };
}

const pathOf = (steps: readonly string[]) =>
  steps.reduce((path, s) => (s === "[]" ? `${path}[0]` : `${path}${path ? "." : ""}${s === "*" ? "key" : s}`), "");

const fault = z.object({
  path: z.string(),
  message: z.string().min(1),
  expected: z.string().optional(),
  given: z.string().optional(),
  suggestion: z.string().optional(),
});
const refusal = z.object({
  code: z.literal("invalid_request"),
  detail: z.string().min(1),
  errors: z.array(fault).min(1),
});

const wrong: [string, unknown][] = [
  ["null", null],
  ["a fraction", -12.5],
  ["a boolean", true],
  ["a list of lists", [[]]],
  ["another object", { zz: 1 }],
  ["an empty text", ""],
  ["odd text", "😀 \u202e \u0301é"],
  ["a NUL", "a\0b"],
  ["half a pair", "\ud800"],
  ["too long a text", "x".repeat(70_000)],
];
const unsound = new Set(["a NUL", "half a pair"]);

async function faultsOf(kind: Kind, document: unknown, what: string) {
  const answer = await api.call("POST", `/api/v1/${kind.plural}?dryRun=true`, document);
  expect(answer.status, `${what}: ${JSON.stringify(answer.body)}`).toBe(400);
  return refusal.parse(answer.body).errors;
}

describe.each(kinds.filter((k) => k.verbs.includes("create")).map((kind) => ({ kind, plural: kind.plural })))(
  "$plural:",
  ({ kind }) => {
    const fields = fieldsOf(kind);

    test(
      verifies("resources.faults", "each field's faults are told: where, what would do, what was given"),
      async () => {
        const check = async ({ steps, schema, forked, hidden }: Field, what: string, value: unknown) => {
          const path = pathOf(steps);
          const document = documentWith(steps, value);
          if (z.safeParse(schema, value).success && !unsound.has(what)) {
            const answer = await api.call("POST", `/api/v1/${kind.plural}?dryRun=true`, document);
            expect(answer.status, `${path}: ${what}`).toBeLessThan(500);
            return;
          }
          const faults = await faultsOf(kind, document, `${path}: ${what}`);
          // At a fork it is perhaps the sibling that is missed, which says which way is meant.
          const from = forked ? pathOf(steps.slice(0, -1)) : path;
          const own = faults.filter((f) => f.path.startsWith(from) || (forked && path.startsWith(f.path)));
          expect(own.length, `${path}: ${what}: ${JSON.stringify(faults)}`).toBeGreaterThan(0);
          for (const f of own) {
            const said = JSON.stringify(f);
            expect(f.expected, `${path}: ${what}: ${said}`).toBeTruthy();
            const told = f.message === "unknown field" || f.message.startsWith("is required") || unsound.has(what);
            if (!told) expect(f.given, `${path}: ${what}: ${said}`).toBeTruthy();
            if (hidden && typeof value === "string" && value.length > 1) expect(said).not.toContain(value);
            expect(said.length).toBeLessThan(2_000);
          }
        };
        for (const field of fields) await Promise.all(wrong.map(([what, value]) => check(field, what, value)));
      },
    );

    test(
      verifies("resources.faults", "a field that is not known gets a near spelling, wherever it stands"),
      async () => {
        const objects = new Map<string, { steps: readonly string[]; names: string[]; forked: boolean }>();
        const add = (steps: readonly string[], schema: z.core.$ZodType, forked: boolean) => {
          const inner = unwrap(schema);
          if (inner instanceof z.ZodObject)
            objects.set(pathOf(steps), { steps, names: Object.keys(inner.shape), forked });
        };
        add([], kind.spec, false);
        for (const { steps, schema, forked } of fields) add(steps, schema, forked);
        for (const { steps, names, forked } of objects.values())
          for (const name of names.filter((n) => n.length >= 4 && !forked)) {
            const misspelt = `${name}x`;
            const faults = await faultsOf(kind, documentWith([...steps, misspelt], "x"), misspelt);
            const own = faults.find((f) => f.path === pathOf([...steps, misspelt]));
            expect(own, JSON.stringify(faults)).toMatchObject({ message: "unknown field" });
            expect(own?.suggestion, misspelt).toBeTruthy();
            expect(own?.expected).toContain(name);
          }
      },
    );
  },
);

test("every query parameter of every list takes anything, or says why not", async () => {
  const parameters = z.object({
    paths: z.record(
      z.string(),
      z.record(
        z.string(),
        z.object({ parameters: z.array(z.object({ name: z.string(), in: z.string() })).optional() }),
      ),
    ),
  });
  const { paths } = parameters.parse(await api.read("/api/v1/openapi.json"));
  const odd = [
    "",
    " ",
    "\0",
    "a\u202eb",
    "=",
    "a=",
    "==",
    "!",
    "(",
    "a in (",
    "a in ()",
    "x".repeat(9_000),
    "-",
    "--",
    "%",
    "1e3",
    "a,b",
    "😀",
  ];
  for (const kind of kinds) {
    const list = `/api/v1/${kind.plural}`;
    const known = (paths[list]?.["get"]?.parameters ?? []).filter((p) => p.in === "query").map((p) => p.name);
    expect(known.includes("watch")).toBe(hasTable(kind));
    for (const name of [...known, "unknown"])
      for (const value of odd) {
        const answer = await api.call("GET", `${list}?${new URLSearchParams({ [name]: value })}`);
        expect([200, 400, 404], `${list} ${name}=${value.slice(0, 20)}: ${JSON.stringify(answer.body)}`).toContain(
          answer.status,
        );
        if (answer.status === 400) expect(answer.body).toMatchObject({ detail: expect.stringContaining(name) });
      }
    const near = await api.call("GET", `${list}?labelSelectr=a`);
    expect(near.body).toMatchObject({ hint: "Did you mean labelSelector?" });
  }
});

test("a watch begins wherever anybody says, or says why not", async () => {
  const version = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }).filter((s) => s.isWellFormed()),
    fc.nat().map(String),
    fc.base64String(),
    fc
      .record({ v: fc.constantFrom(1, 2), base: fc.stringMatching(/^\d{1,20}:\d{1,20}:(\d{1,9},?){0,3}$/) })
      .map((token) => btoa(JSON.stringify(token)).replaceAll("=", "")),
  );
  await fc.assert(
    fc.asyncProperty(version, async (resourceVersion) => {
      const left = new AbortController();
      const query = new URLSearchParams({ watch: "true", resourceVersion });
      const headers = { authorization: `Bearer ${api.token}` };
      const answer = await fetch(`${edge.url}/api/v1/groups?${query}`, { headers, signal: left.signal });
      left.abort();
      expect([200, 400, 410]).toContain(answer.status);
    }),
    { numRuns: 150 },
  );
});

test("no random field made a fault inside the edge", () => {
  expect(edge.log()).not.toMatch(/requestId|failed/);
});
