/** From words typed to a verb that runs, and from whatever it throws to one exit code. The only place that knows commander. */
import { Argument, Command, CommanderError, Option } from "commander";
import { near as nearest } from "#db/schema/near";
import { fileInstead, flagInstead, spelledOut, verbInstead } from "./argv.ts";
import { type Exit, explainFailure, Failure, INTERRUPTED, usage } from "./failure.ts";
import { globalFlags, operands, readGlobals } from "./globals.ts";
import { printable } from "./io.ts";
import type { Surroundings } from "./surroundings.ts";
import { openTools } from "./tools.ts";
import { tree, wordsFor } from "./tree.ts";
import type { Arg, Flag, Verb, Word } from "./verb.ts";

const ENVIRONMENT = `
Environment:
  MCPCTL_EDGE, MCPCTL_TOKEN  Edge and token, like --edge and --token.
  MCPCTL_CONTEXT             Context, like --context.
  MCPCTL_HOME                Directory of contexts.yaml, instead of ~/.mcpctl.
  NO_COLOR                   No colours.`;

/** Flags whose value may be left out → the values that they take. */
type Optional = Map<string, readonly string[]>;

interface Chosen {
  verb: Verb;
  given: Record<string, unknown>;
}

interface Choice {
  made?: Chosen;
  optional: Optional;
}

/** Parses, runs, explains. Never throws. */
export async function mcpctl(typed: readonly string[], around: Surroundings): Promise<Exit> {
  const argv = spelledOut(typed[0] === "help" ? [...typed.slice(1), "--help"] : typed);
  let verbose = argv.includes("-v") || argv.includes("--verbose");
  try {
    const root = new Command("mcpctl");
    const choice: Choice = { optional: new Map() };
    const words = operands(argv);
    await build(root, await wordsFor(words[0]), words, around, choice);
    await root.parseAsync(attachOptionalValues(argv, choice.optional), { from: "user" });
    if (!choice.made) return 0;
    const globals = readGlobals(root.opts());
    verbose = globals.verbose;
    if (globals.token && !globals.quiet)
      around.io.err("Warning: `ps` shows --token to others; MCPCTL_TOKEN is safer.\n");
    mustTakeForm(choice.made.verb, globals.output);
    const tools = openTools(globals, around);
    const exit = (await choice.made.verb.run(choice.made.given, tools)) ?? 0;
    return around.signal.aborted ? INTERRUPTED : exit;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (error instanceof CommanderError && error.code === "commander.help") return 0;
    // Whoever pressed Ctrl-C knows why it ended; only what was left undone has to be told.
    const toTell = error instanceof Failure && error.exit === INTERRUPTED;
    if (around.signal.aborted && !toTell) return INTERRUPTED;
    const failure = error instanceof CommanderError ? usageOf(error, argv) : error;
    around.io.err(`${explainFailure(failure, verbose).map(printable).join("\n")}\n`);
    return failure instanceof Failure ? failure.exit : 1;
  }
}

/** @throws Failure usage for a form that the verb does not have: an answer in another one would be taken for it. */
function mustTakeForm({ forms }: Verb, output: string | undefined): void {
  if (output === undefined || !forms || forms.includes(output)) return;
  throw usage(
    `This command has no output format "${output}".`,
    forms.length > 0 ? `Supported: ${forms.join(", ")}.` : "Leave out -o.",
  );
}

/** A word after `--dry-run` is its value only if it can be one: `delete --dry-run llm gpt`. Pure. */
export const attachOptionalValues = (argv: readonly string[], optional: Optional): string[] =>
  argv.map((word, i) => {
    const words = optional.get(word);
    return words && !words.includes(argv[i + 1] ?? "") ? `${word}=` : word;
  });

/** Commander's own words, with its near spelling as what to do next. */
function usageOf(error: CommanderError, argv: readonly string[]): Failure {
  const [message = "", near] = error.message.replace(/^error: /, "").split("\n");
  const typed = operands(argv);
  const parent = typed[0] !== undefined && Object.hasOwn(tree, typed[0]) && "words" in (tree[typed[0]] ?? {});
  const verb = typed.slice(0, parent ? 2 : 1).join(" ");
  const instead =
    error.code === "commander.unknownOption"
      ? flagInstead(argv)
      : error.code === "commander.excessArguments"
        ? fileInstead(typed)
        : undefined;
  const said = near ? near.replace(/^\(|\)$/g, "") : `See \`mcpctl ${verb ? `${verb} ` : ""}--help\`.`;
  return new Failure(`${message.charAt(0).toUpperCase()}${message.slice(1)}.`.replace(/\.\.$/, "."), {
    exit: 2,
    hint: instead ?? said,
  });
}

async function build(
  command: Command,
  words: Readonly<Record<string, Word>>,
  typed: readonly string[],
  around: Surroundings,
  choice: Choice,
): Promise<void> {
  settings(command, around);
  if (!command.parent) for (const flag of Object.values(globalFlags)) command.addOption(optionOf(flag));
  if (!command.parent)
    command
      .description("kubectl for AI: manages what a team uses to work with models, and who may use it.")
      .version(around.version, "--version", "Show the version of mcpctl.")
      .addHelpText("after", ENVIRONMENT);
  const [first, ...rest] = typed;
  const names = Object.keys(words);
  const meant = first === undefined || names.includes(first) ? first : undefined;
  if (first !== undefined && meant === undefined) {
    const near = nearest(
      first,
      names.filter((n) => !n.startsWith("_")),
    );
    const path = pathOf(command);
    const known = verbInstead(`${path} ${first}`.replace("mcpctl ", ""));
    const otherwise = near ? `Did you mean \`${path} ${near}\`?` : `\`${path} --help\` lists the verbs.`;
    throw new Failure(`There is no \`${path} ${first}\`.`, {
      exit: 2,
      hint: known ?? fileInstead(["apply", ...typed]) ?? otherwise,
    });
  }
  for (const [name, word] of Object.entries(words)) {
    const child = command.command(name, { hidden: word.hidden ?? false }).description(word.about);
    if (name !== meant) continue;
    if ("words" in word) await build(child, await word.words(), rest, around, choice);
    else describeVerb(child, await word.load(), around, choice);
  }
}

function settings(command: Command, around: Surroundings): void {
  command
    .exitOverride()
    .helpCommand(false)
    .helpOption("-h, --help", "Show this help.")
    // Flags with long names leave little of a narrow terminal; unwrapped, its words would be cut anywhere.
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: 20 })
    .configureOutput({
      writeOut: (text) => void around.io.out(text),
      // Help that was not asked for: a word that others must follow stood alone.
      writeErr: (text) => void around.io.out(text),
      // What commander says of errors arrives again as an exception, and is written once, there.
      outputError: () => undefined,
      getOutHelpWidth: () => around.io.columns ?? 100,
      getErrHelpWidth: () => around.io.columns ?? 100,
    });
}

const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();

function describeVerb(command: Command, verb: Verb, around: Surroundings, choice: Choice): void {
  settings(command, around);
  for (const [name, arg] of Object.entries(verb.args)) command.addArgument(argumentOf(name, arg));
  // Help shows groups in the order in which it meets them: those with a heading of their own come last.
  const flags = Object.entries(verb.flags).sort(([, a], [, b]) => Number(!!a.group) - Number(!!b.group));
  const options = flags.map(([key, flag]) => [key, optionOf(flag)] as const);
  for (const [key, option] of options) {
    command.addOption(option);
    const words = verb.flags[key]?.words;
    if (bare(option) && option.long) choice.optional.set(option.long, words?.from === "words" ? words.words : []);
  }
  if (verb.examples) command.addHelpText("after", `\nExamples:\n${verb.examples.map((e) => `  ${e}`).join("\n")}`);
  command.action((...params: unknown[]) => {
    const parsed = command.opts();
    const given: Record<string, unknown> = {};
    for (const [i, name] of Object.keys(verb.args).entries()) given[name] = params[i];
    for (const [key, option] of options) {
      const value: unknown = parsed[option.attributeName()];
      const empty = { switch: false, text: undefined, list: [] }[verb.flags[key]?.takes ?? "text"];
      // `--no-headers` is a switch of its own, on when it is given.
      given[key] = option.negate ? value === false : bare(option) && value === "" ? true : (value ?? empty);
    }
    choice.made = { verb, given };
  });
}

/** Commander takes any bracket for this, also those within `<prompt:[priority]>`. */
const bare = (option: Option): boolean => / \[/.test(option.flags);

function argumentOf(name: string, arg: Arg<unknown>): Argument {
  const shape = { one: `<${name}>`, optional: `[${name}]`, many: `[${name}...]` }[arg.takes];
  return new Argument(shape, arg.about);
}

function optionOf(flag: Flag<unknown>): Option {
  const option = new Option(flag.usage, flag.otherwise ? `${flag.about} (default: ${flag.otherwise})` : flag.about);
  if (flag.takes === "list")
    option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
  if (flag.hidden) option.hideHelp();
  if (flag.group) option.helpGroup(flag.group);
  return option;
}
