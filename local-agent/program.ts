/** `mcplocal`: its commands and flags. */
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { Failure } from "#db/client/failure";
import { detect } from "./commands/detect.ts";
import { publish } from "./commands/publish.ts";
import { status } from "./commands/status.ts";
import { parseSlots } from "./settings.ts";
import type { Shell } from "./shell.ts";

/** @returns the exit code: 0, 1 failed, 2 usage, 4 not allowed, 5 unreachable. */
export async function run(args: readonly string[], shell: Shell): Promise<number> {
  try {
    await program(shell).parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof Failure) {
      const { hint } = error.details;
      shell.err(`${error.message}${hint ? `\n${hint}` : ""}\n`);
      return error.exit;
    }
    shell.err(`mcplocal failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
}

function program(shell: Shell): Command {
  const root = new Command("mcplocal")
    .description("Publish models that run on this machine at an mcpctl edge.")
    .version(shell.version)
    .exitOverride()
    .configureOutput({ writeOut: (s) => shell.out(s), writeErr: (s) => shell.err(s) })
    .showHelpAfterError("(mcplocal --help lists what there is)");
  root
    .command("publish")
    .description("Publish models until stopped; Ctrl-C finishes what is being answered first.")
    .option("--url <url>", "model server, any that speaks OpenAI's protocol (MCPLOCAL_URL)")
    .option(
      "--model <model>",
      "the model server's name for a model; may be given several times (MCPLOCAL_MODEL)",
      collect,
    )
    .option("--name <name>", "what it is called at the edge; one for each --model (MCPLOCAL_NAME)", collect)
    .option("--slots <n>", "requests answered at a time: once for all models, or for each (MCPLOCAL_SLOTS)", counts)
    .option("--total-slots <n>", "the same over all models, where that is fewer (MCPLOCAL_TOTAL_SLOTS)", count)
    .option("--config <file>", "instead of config.yaml in mcpctl's directory (MCPLOCAL_CONFIG)")
    .option("--edge <url>", "where to publish (MCPCTL_EDGE)")
    .option("--token <token>", "bearer for the edge; MCPCTL_TOKEN is safer")
    .option("--context <name>", "context of mcpctl to use (MCPCTL_CONTEXT)")
    .option("--log <format>", "text or json (MCPLOCAL_LOG)")
    .option("--exit-with-parent", "stop when standard input ends")
    .action((flags) => publish(flags, shell));
  root
    .command("detect")
    .description("Find model servers on this machine.")
    .option("-o, --output <format>", "table or json", "table")
    .option("--port <port>", "ask this port instead of the usual ones; may be given several times", ports)
    .action((flags) => detect(flags, shell));
  root
    .command("status")
    .description("Show what is published from here.")
    .option("-o, --output <format>", "table or json", "table")
    .action((flags) => status(flags, shell));
  return root;
}

const collect = (value: string, before: string[] | undefined) => [...(before ?? []), value];

function ports(value: string, before: number[] | undefined): number[] {
  const n = Number(value);
  if (!Number.isInteger(n) || n < 1 || n > 65_535) throw new InvalidArgumentError("It must be a port.");
  return [...(before ?? []), n];
}

const counts = (value: string, before: number[] | undefined): number[] => [...(before ?? []), count(value)];

function count(value: string): number {
  try {
    return parseSlots(value);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
