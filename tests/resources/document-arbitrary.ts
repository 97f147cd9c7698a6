/** Documents out of a kind's JSON Schema: mostly what it asks for, sometimes not. */
import fc from "fast-check";

type Schema = Record<string, unknown>;

const isSchema = (v: unknown): v is Schema => typeof v === "object" && v !== null && !Array.isArray(v);
const schemas = (v: unknown): Schema[] => (Array.isArray(v) ? v.filter(isSchema) : []);
const properties = (s: Schema) =>
  Object.entries(isSchema(s["properties"]) ? s["properties"] : {}).filter((p): p is [string, Schema] => isSchema(p[1]));

/** What programs choke on. */
const odd = fc.constantFrom<unknown>(
  null,
  true,
  -0,
  0.1,
  1e308,
  -1,
  "",
  " ",
  "\0",
  "\ud800",
  "😀",
  "__proto__",
  "constructor",
  "'; drop table llm; --",
  "../../etc/passwd",
  "{{x}}",
  "%s%n",
  [],
  {},
  [null],
  { a: { b: { c: [] } } },
  "x".repeat(70_000),
  2 ** 53,
);

/** Nobody outside this machine is ever asked: loopback, private, and a name that can't exist (RFC 2606). */
const addresses = [
  "http://127.0.0.1:9/v1",
  "http://10.0.0.1",
  "http://[::1]:9",
  "https://u:p@models.invalid",
  "https://models.invalid/v1?x#y",
];

/** Values that the schema takes, as far as JSON Schema tells. */
function fitting(s: Schema, names: readonly string[]): fc.Arbitrary<unknown> {
  if ("const" in s) return fc.constant(s["const"]);
  if (Array.isArray(s["enum"])) return fc.constantFrom(...s["enum"]);
  const options = schemas(s["oneOf"] ?? s["anyOf"]);
  if (options.length > 0) return fc.oneof(...options.map((o) => fitting(o, names)));
  switch (s["type"]) {
    case "string":
      if (s["format"] === "email") return fc.stringMatching(/^[a-z]{1,12}@[a-z]{1,10}\.example$/);
      if (s["format"] === "uri") return fc.constantFrom(...addresses);
      if (s["format"] === "date-time") return fc.date({ noInvalidDate: true }).map((d) => d.toISOString());
      if (typeof s["pattern"] === "string") return fc.stringMatching(new RegExp(s["pattern"]), { maxLength: 63 });
      return fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...names) },
        { weight: 1, arbitrary: fc.string({ minLength: 12, maxLength: 60 }) },
      );
    case "integer":
    case "number":
      return fc.integer({ min: Number(s["minimum"] ?? 1), max: Math.min(Number(s["maximum"] ?? 1e6), 1e6) });
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(isSchema(s["items"]) ? fitting(s["items"], names) : odd, { maxLength: 4 });
    case "object": {
      const known = properties(s).map(([name, child]) => [name, spoiled(child, names)] as const);
      if (known.length > 0) {
        const required = Array.isArray(s["required"]) ? s["required"].map(String) : [];
        return fc.record(Object.fromEntries(known), { requiredKeys: required });
      }
      const values = s["additionalProperties"];
      return fc.dictionary(
        fc.oneof(
          { weight: 12, arbitrary: fc.constantFrom("key", "team", "a.b/c") },
          { weight: 1, arbitrary: fc.constantFrom("a/b", "é") },
          { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
        ),
        isSchema(values) ? fitting(values, names) : odd,
        { maxKeys: 4 },
      );
    }
    default:
      return odd;
  }
}

/** Now and then something else. */
function spoiled(s: Schema, names: readonly string[]): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 80, arbitrary: fitting(s, names) }, { weight: 1, arbitrary: odd });
}

/** Switches such as `_skipAuthCheck` are always on: a test asks no provider. */
function switchedOn(s: Schema, document: unknown): unknown {
  const switches = properties(s).filter(([name]) => name.startsWith("_"));
  return isSchema(document) ? { ...document, ...Object.fromEntries(switches.map(([name]) => [name, true])) } : document;
}

/** @param names that exist, for whatever refers to something. */
export function documentOf(schema: Schema, names: readonly string[]): fc.Arbitrary<unknown> {
  const document = fitting(schema, names).map((d) => switchedOn(schema, d));
  return fc.oneof(
    { weight: 12, arbitrary: document },
    {
      weight: 1,
      arbitrary: fc.tuple(document, fc.string(), odd).map(([d, k, v]) => (isSchema(d) ? { ...d, [k]: v } : d)),
    },
    { weight: 1, arbitrary: odd },
  );
}
