/** A whole catalogue at the command line: read, applied as unchanged, deleted, and made again from what was read. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { examples } from "#db/kinds/examples";
import { type Kind, writeOnlyFields } from "#db/schema/kind";
import { isObject } from "#db/schema/validate";
import { parse, stringify } from "../../cli/yaml.ts";
import { verifies } from "../requirements.ts";
import { startWorld, type World, writable } from "../resources/round-trip-world.ts";
import { draftOf, labelled } from "../resources/valid-arbitrary.ts";
import { type Front, startFront, withFields } from "./front.ts";
import { type Person, person } from "./person.ts";

/** Selects what these tests have made. */
const label = { catalogue: "yes" };
const selected = [writable.map((k) => k.plural).join(","), "-l", "catalogue=yes"];

/** A slow machine tries fewer, and at least one. */
const msForAny = 4_000;

let world: World;
let front: Front;
let engineer: Person;

beforeAll(async () => {
  world = await startWorld();
  front = await startFront(world.edge.url);
  front.interfere = (req, res) => {
    const kind = writable.find((k) => new URL(req.url ?? "", "http://x").pathname.startsWith(`/api/v1/${k.plural}`));
    return kind !== undefined && withFields(world.switches(kind), world.edge.url, req, res);
  };
  engineer = person({ MCPCTL_EDGE: front.url, MCPCTL_TOKEN: world.api.token });
});
afterAll(async () => {
  engineer?.leave();
  await front?.stop();
  await world?.edge.stop();
});

const run = async (args: readonly string[], stdin = "") => {
  const said = await engineer.run(args, { stdin });
  expect(said, said.err).toMatchObject({ exit: 0 });
  return said.out;
};
const outcomes = (out: string) =>
  new Set(
    out
      .trim()
      .split("\n")
      .map((line) => line.split(" ").at(-1)),
  );
const key = (document: unknown) => (isObject(document) ? `${document["kind"]}/${document["name"]}` : "");

/** What nobody reads back has to come from where it was kept: a restored LLM needs its key. */
function withKept(text: string, kept: ReadonlyMap<string, Record<string, unknown>>): string {
  const documents = text.split(/^---\n/m).map((one): unknown => parse(one));
  return documents.map((one) => stringify({ ...(isObject(one) ? one : {}), ...kept.get(key(one)) })).join("---\n");
}

function keep(kept: Map<string, Record<string, unknown>>, kind: Kind, document: Record<string, unknown>): void {
  const hidden = writeOnlyFields(kind).filter((field) => document[field] !== undefined);
  kept.set(key({ ...document, kind: kind.name }), Object.fromEntries(hidden.map((field) => [field, document[field]])));
}

/** What exactly one has is taken over first. */
async function clear(text: string): Promise<void> {
  for (const kind of writable.filter((k) => k.exactlyOne)) {
    const heir = `/api/v1/${kind.plural}/${world.names(kind.name)[0]}`;
    expect((await world.api.call("PATCH", heir, { [kind.exactlyOne ?? ""]: true })).status).toBe(200);
  }
  await run(["delete", "-f", "-"], text);
  expect(await run(["get", ...selected, "-o", "name"])).toBe("");
}

/** Read, applied, deleted, applied again. */
async function roundTrip(kept: ReadonlyMap<string, Record<string, unknown>>): Promise<void> {
  const text = await run(["get", ...selected, "-o", "yaml"]);
  expect(outcomes(await run(["apply", "-f", "-"], text))).toEqual(new Set(["unchanged"]));
  await clear(text);
  expect(outcomes(await run(["apply", "-f", "-"], withKept(text, kept)))).toEqual(new Set(["created"]));
  expect(await run(["get", ...selected, "-o", "yaml"])).toBe(text);
  await clear(text);
}

test(verifies(["cli.round-trip", "law.kind-pages"], "of the examples that the documentation shows"), async () => {
  const kept = new Map<string, Record<string, unknown>>();
  const texts = writable.map((kind) => {
    const known = examples[kind.name];
    if (!known) throw new Error(`db/kinds/examples.ts has none of ${kind.name}`);
    const document = { ...known.fuller, labels: { ...known.fuller.labels, ...label } };
    keep(kept, kind, document);
    return stringify(document);
  });
  // The least ones are there already: everything else refers to them.
  expect(outcomes(await run(["apply", "-f", "-"], texts.join("---\n")))).toEqual(new Set(["created"]));
  await roundTrip(kept);
});

test(verifies("cli.round-trip", "of any catalogue"), async () => {
  const drafts = writable.map((kind) => ({
    kind,
    drafts: fc.array(draftOf(kind, world.names), { minLength: 1, maxLength: 2 }),
  }));
  const deadline = performance.now() + msForAny;
  let trips = 0;
  await fc.assert(
    fc.asyncProperty(fc.tuple(labelled, ...drafts.map((d) => d.drafts)), async ([labels, ...all]) => {
      if (trips > 0 && performance.now() > deadline) return;
      const kept = new Map<string, Record<string, unknown>>();
      for (const [i, { kind }] of drafts.entries())
        for (const [j, draft] of (all[i] ?? []).entries()) {
          const document = await world.accepted(kind, `any-${kind.name}-${j}`, draft);
          if (!document) continue;
          const whole = { ...document, labels: { ...labels, ...label } };
          await world.api.create(kind.plural, { ...whole, ...world.switches(kind) });
          keep(kept, kind, whole);
        }
      expect(kept.size).toBeGreaterThan(writable.length / 2);
      await roundTrip(kept);
      trips++;
    }),
    { numRuns: 5, endOnFailure: true },
  );
});
