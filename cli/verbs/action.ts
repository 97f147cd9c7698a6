/** A verb for each action on a kind, made from its description: `mcpctl revoke ci`, `mcpctl attach terse --prompt style`. */

import { findKind, kinds } from "#db/kinds/index";
import { type Action, bodyOf, inPath, methodOf, pathBelow } from "#db/schema/action";
import { dryly, dryRunFlag, parseDryRun } from "../dry-run.ts";
import { usage } from "../failure.ts";
import { grouped } from "../grouped.ts";
import { printable } from "../io.ts";
import { type AnyKind, placeOf, projectFor } from "../kinds.ts";
import { addressOf } from "../render/address.ts";
import { formOf } from "../render/object.ts";
import { fieldFlags, flagName, flagsOf, specFrom } from "../schema/flags.ts";
import { type Flags, many, type Tools, type Verb, verb, type Word } from "../verb.ts";
import { targetsOf } from "./action-targets.ts";

interface Acting {
  kind: AnyKind;
  action: Action;
}

/** By name of the action: all kinds that have it. */
const byName: ReadonlyMap<string, readonly Acting[]> = grouped(
  kinds.flatMap((kind) => Object.entries(kind.actions).map(([name, action]) => ({ name, kind, action }))),
  ({ name }) => name,
);

/** Words of the command line. What an action does to several kinds, its help says for each. */
export const actionWords: Readonly<Record<string, Word>> = Object.fromEntries(
  [...byName].map(([name, all]) => [name, { about: aboutOf(all), load: async () => actionVerb(name, all) }]),
);

function aboutOf(all: readonly Acting[]): string {
  return [...new Set(all.map(({ action }) => action.about))].join(" ");
}

function actionVerb(name: string, all: readonly Acting[]): Verb {
  const [only] = all.length === 1 ? all : [];
  const words = only
    ? many("Names, a kind and names, or kind/name.", { from: "names", kind: only.kind.name })
    : many(`A kind and names, or kind/name. Kinds: ${all.map(({ kind }) => kind.plural).join(", ")}.`, {
        from: "kinds",
      });
  return verb({
    about: aboutOf(all),
    examples: all.flatMap(({ action }) => action.examples),
    args: { what: words },
    flags: {
      ...Object.assign({}, ...all.map(({ action }) => takenFlags(action))),
      ...(all.some(({ action }) => action.dryRun)
        ? { dryRun: dryRunFlag("Change nothing; the edge only checks the action.") }
        : {}),
    },
    async run(given, tools) {
      const typed = given as Readonly<Record<string, unknown>>;
      const dryRun = parseDryRun(typed["dryRun"], "server") !== undefined;
      for (const { kind, names } of targetsOf(
        given.what,
        all.map(({ kind: k }) => k),
        name,
      )) {
        const acting = all.find((a) => a.kind.name === kind.name);
        if (acting) for (const target of names) await one(name, acting, target, typed, dryRun, tools);
      }
    },
  });
}

/** Once for each resource: nothing is asked of the edge before. */
async function one(
  name: string,
  { kind, action }: Acting,
  target: string,
  typed: Readonly<Record<string, unknown>>,
  dryRun: boolean,
  tools: Tools,
): Promise<void> {
  const { io, globals } = tools;
  if (dryRun && !action.dryRun) throw usage(`\`${name}\` of ${kind.plural} has no dry run.`, "Leave out --dry-run.");
  const taken = takenFrom(action, typed);
  const { own, scope } = placeOf(kind, target, await projectFor(kind, tools));
  const below = inPath(action).reduce(
    (path, field) => path.replace(`:${field}`, encodeURIComponent(String(taken[field]))),
    pathBelow(name, action),
  );
  const body = bodyOf(action) && Object.fromEntries(Object.entries(taken).filter(([f]) => !inPath(action).includes(f)));
  const form = formOf(globals.output);
  const edge = await tools.api();
  const answer = await edge.call(methodOf(action), `/api/v1/${kind.plural}/${encodeURIComponent(own)}${below}`, {
    query: { ...scope, ...(dryRun ? { dryRun: "true" } : {}) },
    ...(body ? { body } : {}),
  });
  const shown = findKind(String(answer["kind"])) ?? kind;
  const told = `${printable(addressOf(shown, answer))} ${action.done}${dryly(dryRun ? "server" : undefined)}\n`;
  await io.out((await form?.(answer)) ?? told);
}

const fieldsOf = ({ takes }: Action) => (takes ? fieldFlags({ spec: takes }) : []);
const takenFlags = (action: Action): Flags => flagsOf(fieldsOf(action));

/** @throws Failure usage that names the flags which are missing */
function takenFrom(action: Action, typed: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields = fieldsOf(action);
  const taken = specFrom(fields, typed);
  const missing = fields
    .filter((f) => f.required && typed[f.path.join(".")] === undefined)
    .map((f) => flagName(f.path));
  if (missing.length > 0)
    throw usage(`${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} missing.`, action.examples[0]);
  return taken;
}
