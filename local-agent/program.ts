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
    .description("Publish models of this machine to an mcpctl edge.")
    .version(shell.version)
    .exitOverride()
    .configureOutput({ writeOut: (s) => shell.out(s), writeErr: (s) => shell.err(s) })
    .showHelpAfterError("(mcplocal --help lists the commands)");
  root
    .command("publish")
    .description("Publish models until stopped. On Ctrl-C, running answers are finished first.")
    .option("--url <url>", "URL of the model server, which must speak OpenAI's API (MCPLOCAL_URL)")
    .option("--model <model>", "the model server's name for a model; repeatable (MCPLOCAL_MODEL)", collect)
    .option("--name <name>", "name at the edge; one for each --model (MCPLOCAL_NAME)", collect)
    .option(
      "--slots <n>",
      "concurrent requests per model: one value for all models, or one for each (MCPLOCAL_SLOTS)",
      counts,
    )
    .option("--total-slots <n>", "concurrent requests to all models together (MCPLOCAL_TOTAL_SLOTS)", count)
    .option("--config <file>", "use this file instead of config.yaml in mcpctl's directory (MCPLOCAL_CONFIG)")
    .option("--edge <url>", "URL of the edge (MCPCTL_EDGE)")
    .option("--token <token>", "bearer token for the edge; MCPCTL_TOKEN is safer")
    .option("--context <name>", "mcpctl context to use (MCPCTL_CONTEXT)")
    .option("--log <format>", "log format, text or json (MCPLOCAL_LOG)")
    .option("--exit-with-parent", "stop when standard input ends")
    .action((flags) => publish(flags, shell));
  root
    .command("detect")
    .description("Find model servers on this machine.")
    .option("-o, --output <format>", "table or json", "table")
    .option("--port <port>", "probe this port instead of the usual ones; repeatable", ports)
    .action((flags) => detect(flags, shell));
  root
    .command("status")
    .description("Show what this machine publishes.")
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
