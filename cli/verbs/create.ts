import { kinds } from "#db/resources/index";
import { createHooks } from "../commands/create-hooks.ts";
import { shownOnce } from "../commands/shown-once.ts";
import { bodyFaults, canonical } from "../documents/check.ts";
import { withoutNulls } from "../documents/overlay.ts";
import { type DryRun, dryly, dryRunFlag, parseDryRun } from "../dry-run.ts";
import { Failure, usage } from "../failure.ts";
import type { AnyKind } from "../kinds.ts";
import { parseFormat, show } from "../render/output.ts";
import { fieldFlags, flagName, flagsOf, keyValue, setByGlobals, specFrom } from "../schema/flags.ts";
import { list, one, type Tools, toggle, type Verb, verb, type Word } from "../verb.ts";

const creatable = kinds.filter((k) => k.verbs.includes("create"));

/** A word for each kind by singular, plural and short names; help shows the singular. */
export const words: Readonly<Record<string, Word>> = Object.fromEntries(
  creatable.flatMap((kind) =>
    [kind.name, kind.plural, ...kind.shortNames].map((word, i) => [
      word,
      { about: kind.about, hidden: i > 0, load: () => createVerb(kind) },
    ]),
  ),
);

async function createVerb(kind: AnyKind): Promise<Verb> {
  const hook = await createHooks[kind.name]?.();
  const fields = fieldFlags(kind).filter((f) => !hook?.replaces?.includes(f.path.join(".")));
  return verb({
    about: kind.about,
    examples: hook?.examples ?? [`mcpctl create ${kind.name} NAME --dry-run -o yaml`],
    args: { name: one("Its name: lower-case letters, digits and '-'.") },
    flags: {
      ...flagsOf(fields),
      ...hook?.flags,
      label: list("--label <key=value>", "A label. Repeatable."),
      dryRun: dryRunFlag("Check, and create nothing."),
      showStatus: toggle("--show-status", "With -o: also what the system reports."),
    },
    async run(given, tools) {
      const typed = given as Readonly<Record<string, unknown>>;
      const spec = specFrom(fields, typed);
      const project = tools.globals.project ?? (kind.scope ? await tools.project() : undefined);
      for (const field of setByGlobals(kind)) if (project !== undefined) spec[field] = project;
      const labels = Object.fromEntries(given.label.map((l) => keyValue(l, "--label")));
      const more = await hook?.prepare?.(spec, typed, tools);
      const body = {
        kind: kind.name,
        name: given.name,
        ...(given.label.length > 0 ? { labels } : {}),
        ...withoutNulls(spec),
      };
      check(kind, body, hook?.writtenAs ?? {});
      await create(
        kind,
        { ...body, ...more },
        parseDryRun(given.dryRun, "client"),
        tools,
        typed["showStatus"] === true,
      );
    },
  });
}

/** @throws Failure usage that names flags. */
function check(kind: AnyKind, body: Record<string, unknown>, writtenAs: Readonly<Record<string, string>>): void {
  const faults = bodyFaults(kind, body);
  if (faults.length === 0) return;
  const nameOf = (at: readonly PropertyKey[]) => {
    const fields = at.filter((k): k is string => typeof k === "string");
    const [field = ""] = fields;
    if (field === "name" && fields.length === 1) return "NAME";
    return field === "labels" ? "--label" : (writtenAs[field] ?? flagName(fields));
  };
  const missing = faults.filter((f) => f.missing).map((f) => nameOf(f.at));
  if (missing.length === faults.length)
    throw usage(
      `${kind.name} "${String(body["name"])}" needs ${missing.join(" and ")}.`,
      `\`mcpctl create ${kind.name} --help\` tells what they mean.`,
    );
  throw new Failure(`${kind.name} "${String(body["name"])}" is not valid.`, {
    exit: 2,
    faults: faults.map(({ at, missing: _, ...f }) => ({ ...f, path: nameOf(at) })),
    hint: `\`mcpctl explain ${kind.name}\` tells its fields.`,
  });
}

async function create(
  kind: AnyKind,
  body: Record<string, unknown>,
  dryRun: DryRun,
  tools: Tools,
  status: boolean,
): Promise<void> {
  const { io, globals } = tools;
  const format = globals.output === undefined ? undefined : parseFormat(globals.output);
  const answer: Record<string, unknown> =
    dryRun === "client"
      ? { ...canonical(kind, body), kind: kind.name }
      : await (await tools.api()).create(kind, body, { dryRun: dryRun === "server" });
  const secret = dryRun ? undefined : shownOnce(answer);
  const told = `${kind.name}/${String(answer["name"])} created${dryly(dryRun)}\n`;
  if (secret && (format === undefined || format.is === "table")) {
    io.err(`${told}This is its token. It is shown once: keep it where only its user can read it.\n`);
    await io.out(`${secret}\n`);
    return;
  }
  if (!format) return io.out(told);
  await show(
    [{ kind, resources: [answer] }],
    {
      format,
      single: true,
      status,
      headings: true,
      labels: false,
    },
    tools,
  );
  if (secret && format.is !== "jsonpath") io.err(`Its token, shown once: ${secret}\n`);
}
