import { kinds } from "#db/kinds/index";
import { withoutNulls } from "#db/schema/applied";
import { writeOnlyFields } from "#db/schema/kind";
import { canonical, wholeFaults } from "../documents/check.ts";
import { readText } from "../documents/files.ts";
import { overlay } from "../documents/overlay.ts";
import { type DryRun, dryly, dryRunFlag, parseDryRun } from "../dry-run.ts";
import { Failure, usage } from "../failure.ts";
import { createExamples } from "../kinds/examples.ts";
import type { CreateHook } from "../kinds/hook.ts";
import { hooksOf } from "../kinds/index.ts";
import { type AnyKind, mustAllow } from "../kinds.ts";
import { addressOf } from "../render/address.ts";
import { parseFormat, show } from "../render/output.ts";
import { oneTimeToken } from "../render/shown-once.ts";
import { type FieldFlag, fieldFlags, flagName, flagsOf, keyValue, setByGlobals, specFrom } from "../schema/flags.ts";
import { setField, setText } from "../schema/set.ts";
import { list, one, type Tools, text, toggle, type Verb, verb, type Word } from "../verb.ts";

/** A word for each kind by singular, plural and short names; help shows the singular of those that can be made. */
export const words: Readonly<Record<string, Word>> = Object.fromEntries(
  kinds.flatMap((kind) =>
    [...new Set([kind.name, kind.plural, ...kind.shortNames])].map((word, i) => [
      word,
      {
        about: kind.about,
        hidden: i > 0 || !kind.verbs.includes("create"),
        load: async () => {
          mustAllow(kind, "create", "created");
          return createVerb(kind);
        },
      },
    ]),
  ),
);

async function createVerb(kind: AnyKind): Promise<Verb> {
  const { create: hook } = await hooksOf(kind.name);
  const fields = fieldFlags(kind).filter((f) => !hook?.replaces?.includes(f.path.join(".")));
  return verb({
    about: kind.about,
    examples: hook?.examples ?? createExamples[kind.name] ?? [`mcpctl create ${kind.name} NAME --dry-run -o yaml`],
    args: { name: one("Its name: lower-case letters, digits and '-'.") },
    flags: {
      ...flagsOf(fields),
      ...hook?.flags,
      label: list("--label <key=value>", "A label. Repeatable."),
      set: list(
        "--set <path=value>",
        hook?.from
          ? "With --from: the value of a parameter. Otherwise: any field by its path, such as timeouts.idle=5000. Repeatable."
          : "Any field by its path, such as timeouts.idle=5000 or members[0]=ada. Repeatable.",
      ),
      ...(hook?.from
        ? { from: text("--from <kind/name>", hook.from.about, hook.from.words ? { words: hook.from.words } : {}) }
        : {}),
      ...(hook?.flags && "fromFile" in hook.flags ? {} : { fromFile: fromFileFlag }),
      dryRun: dryRunFlag("Create nothing, only check."),
      showStatus: toggle("--show-status", "With -o: also show what the system reports."),
    },
    async run(given, tools) {
      const typed = given as Readonly<Record<string, unknown>>;
      const spec = await specOf(kind, hook, fields, typed, tools);
      const project = tools.globals.project ?? (kind.scope ? await tools.project() : undefined);
      for (const field of setByGlobals(kind)) if (project !== undefined) spec[field] = project;
      const labels = Object.fromEntries(given.label.map((l) => keyValue(l, "--label")));
      const more = await hook?.prepare?.(spec, typed, tools);
      const body = {
        kind: kind.name,
        name: given.name,
        ...(given.label.length > 0 ? { labels } : {}),
        ...withoutNulls(kind, spec),
      };
      check(kind, body, fields, hook?.writtenAs ?? {});
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

const fromFileFlag = list("--from-file <field=path>", "Read the text of a field from a file; - is stdin. Repeatable.", {
  words: { from: "files" },
});

/** What it is made from, if anything; then whole fields from files; then single ones; then flags, which say it best. */
async function specOf(
  kind: AnyKind,
  hook: CreateHook | undefined,
  fields: readonly FieldFlag[],
  given: Readonly<Record<string, unknown>>,
  tools: Tools,
): Promise<Record<string, unknown>> {
  const strings = (key: string) => (Array.isArray(given[key]) ? given[key].map(String) : []);
  const spec: Record<string, unknown> = {};
  const from = typeof given["from"] === "string" ? given["from"] : undefined;
  if (hook?.from && from !== undefined) {
    const values = Object.fromEntries(strings("set").map((t) => keyValue(t, "--set")));
    Object.assign(spec, await hook.from.spec(from, values, tools));
  }
  if (!hook?.flags || !("fromFile" in hook.flags))
    for (const typed of strings("fromFile")) {
      const [path, file] = keyValue(typed, "--from-file");
      setText(kind.spec, spec, path, await readText(file, tools), `--from-file ${path}`);
    }
  if (from === undefined)
    for (const typed of strings("set")) {
      setField(kind.spec, spec, typed);
      if (writeOnlyFields(kind).some((field) => typed.startsWith(field)))
        tools.io.err("Warning: a value on the command line can be seen in `ps` and in the shell's history.\n");
    }
  return overlay(spec, specFrom(fields, given));
}

/** @throws Failure usage that names flags. */
function check(
  kind: AnyKind,
  body: Record<string, unknown>,
  flags: readonly FieldFlag[],
  writtenAs: Readonly<Record<string, string>>,
): void {
  const faults = wholeFaults(kind, body);
  if (faults.length === 0) return;
  const nameOf = (at: readonly PropertyKey[]) => {
    const fields = at.filter((k): k is string => typeof k === "string");
    const [field = ""] = fields;
    if (field === "name" && fields.length === 1) return "NAME";
    if (field === "labels") return "--label";
    // What is wrong inside a value that one flag sets whole is told at that flag.
    const whole = flags.find(({ path }) => path.every((name, i) => name === fields[i]))?.path;
    return writtenAs[field] ?? flagName(whole ?? fields);
  };
  const missing = faults.filter((f) => f.missing).map((f) => nameOf(f.at));
  if (missing.length === faults.length)
    throw usage(
      `${kind.name} "${String(body["name"])}" needs ${missing.join(" and ")}.`,
      `\`mcpctl create ${kind.name} --help\` explains them.`,
    );
  throw new Failure(`${kind.name} "${String(body["name"])}" is not valid.`, {
    exit: 2,
    faults: faults.map(({ at, missing: _, ...f }) => ({ ...f, path: nameOf(at) })),
    hint: `\`mcpctl explain ${kind.name}\` lists its fields.`,
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
  const secret = dryRun ? undefined : oneTimeToken(answer);
  const told = `${addressOf(kind, answer)} created${dryly(dryRun)}\n`;
  if (secret && (format === undefined || format.is === "table")) {
    io.err(`${told}This is the token. It is shown once: store it where only its user can read it.\n`);
    await io.out(`${secret}\n`);
    return;
  }
  if (!format) return io.out(told);
  let printed = false;
  try {
    await show([{ kind, resources: [answer] }], { format, single: true, status, headings: true, labels: false }, tools);
    printed = secret !== undefined && format.is === "jsonpath" && format.print(answer).includes(secret);
  } finally {
    // Whatever was asked for, and should it not fit, the token must not be lost.
    if (secret && !printed) io.err(`The token, which is shown once: ${secret}\n`);
  }
}
