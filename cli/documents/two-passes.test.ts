/** Documents in a circle against an edge in memory, which refuses what refers to nothing, cut off at every write. */
import { expect, test } from "vitest";
import { z } from "zod";
import { applied } from "#db/schema/applied";
import { ref } from "#db/schema/field";
import { kind, referencesIn } from "#db/schema/kind";
import { verifies } from "../../tests/requirements.ts";
import type { Api, Shown } from "../connection/api.ts";
import { Failure } from "../failure.ts";
import type { AnyKind } from "../kinds.ts";
import { carryOut } from "./carry-out.ts";
import { planApply } from "./plan.ts";
import type { Manifest } from "./read.ts";

const made = (name: string, spec: z.ZodObject): AnyKind => ({
  ...kind({ name, plural: `${name}s`, about: "", spec, columns: {} }),
  name: name as AnyKind["name"],
});
const actor = made("actor", z.strictObject({ line: z.string(), mask: ref("mask").optional() }));
const mask = made("mask", z.strictObject({ actor: ref("actor"), colour: z.string().default("white") }));

const document = (k: AnyKind, name: string, spec: Record<string, unknown>): Manifest => ({
  kind: k,
  name,
  body: { name, ...spec },
  where: `f:${name}`,
  sourceOf: () => undefined,
  lineOf: () => `f:${name}`,
});
const play = () => [
  document(mask, "m", { actor: "a" }),
  document(actor, "a", { line: "to be", mask: "m" }),
  document(actor, "extra", { line: "or not", mask: "m" }),
];

/** Keeps resources as the edge does: merged by the same function, and referring to what is there only. */
class Memory {
  readonly rows = new Map<string, Shown>();
  writes = 0;
  /** Called before and after each write. */
  around: (write: number, when: "before" | "after") => void = () => {};

  api(): Api {
    const other = (): never => {
      throw new Error("not asked for here");
    };
    return {
      edge: "memory",
      open: other,
      call: other,
      create: other,
      replace: other,
      remove: other,
      async *list() {},
      get: async (k, name) => {
        const found = [...this.rows.values()].find((r) => `${r.kind}s` === k.plural && [r.name, r.id].includes(name));
        return found ?? this.refuse("not_found", `There is no ${k.plural}/${name}.`);
      },
      apply: async (k, onto, manifest) => {
        const write = this.writes++;
        this.around(write, "before");
        const of = k.plural === actor.plural ? actor : mask;
        const body = manifest as Record<string, unknown> & { name: string };
        const before = onto === undefined ? undefined : await this.api().get(k, onto);
        if (!before && this.rows.has(`${of.name}/${body.name}`)) this.refuse("already_exists", "It is there.");
        const { next, paths } = applied(of, before, before?.applied ?? [], body);
        const { labels: _, ...spec } = next;
        for (const r of referencesIn(of, spec))
          if (!this.rows.has(`${r.kind}/${r.name}`)) this.refuse("invalid_request", `There is no ${r.kind} ${r.name}.`);
        const row = {
          ...of.spec.parse(spec),
          kind: of.name,
          name: body.name,
          id: `id-${body.name}`,
          labels: {},
          applied: paths,
        };
        const shown = {
          ...row,
          resourceVersion: String(this.writes),
          createdAt: "",
          updatedAt: "",
          status: {},
        } as Shown;
        this.rows.set(`${of.name}/${body.name}`, shown);
        this.around(write, "after");
        return { answer: shown, outcome: before ? "changed" : "created" };
      },
    };
  }

  refuse(code: string, message: string): never {
    throw new Failure(message, { code });
  }
}

async function run(memory: Memory): Promise<string[]> {
  const said: string[] = [];
  const report = {
    done: async ({ manifest }: { manifest: Manifest }, outcome: string) =>
      void said.push(`${manifest.name} ${outcome}`),
    failed: ({ manifest }: { manifest: Manifest }, error: Failure) =>
      void said.push(`${manifest.name}: ${error.message}`),
  };
  const tools = { sleep: async () => {}, signal: new AbortController().signal };
  const steps = await planApply(play(), memory.api(), undefined);
  await carryOut(steps, memory.api(), { dryRun: undefined, project: undefined }, report, tools);
  return said;
}

const whole = { "actor/a": "m", "actor/extra": "m", "mask/m": undefined };
const masks = (memory: Memory) =>
  Object.fromEntries([...memory.rows].sort().map(([name, row]) => [name, row["mask"] as string | undefined]));

test(verifies("apply.cycles", "each document is told once, and all are whole in the end"), async () => {
  const memory = new Memory();
  expect(await run(memory)).toEqual(["m created", "a created", "extra created"]);
  expect(memory.writes).toBe(4);
  expect(masks(memory)).toEqual(whole);
  expect(await run(memory)).toEqual(["m unchanged", "a unchanged", "extra unchanged"]);
  expect(memory.writes).toBe(4);
});

class Killed extends Error {}

test.each(
  [0, 1, 2, 3].flatMap((at) => [
    { at, when: "before" as const },
    { at, when: "after" as const },
  ]),
)("killed $when write $at, it ends the same when it is run again", async ({ at, when }) => {
  const memory = new Memory();
  memory.around = (write, moment) => {
    if (write === at && moment === when) throw new Killed();
  };
  await expect(run(memory)).rejects.toThrow(Killed);
  memory.around = () => {};
  await run(memory);
  expect(masks(memory)).toEqual(whole);
  expect((await run(memory)).every((line) => line.endsWith(" unchanged"))).toBe(true);
});

test("what can't be begun is told once, and stops what refers to it", async () => {
  const memory = new Memory();
  memory.around = (write, moment) => {
    if (write === 0 && moment === "before") memory.refuse("internal", "Broken.");
  };
  expect(await run(memory)).toEqual([
    "a: Broken.",
    "m: Skipped: it refers to actor/a, which failed.",
    "extra: Skipped: it refers to mask/m, which failed.",
  ]);
});
