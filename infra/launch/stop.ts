/** `npm stop`: ends what `npm start` left running, and waits until it is gone. */
import { setTimeout as wait } from "node:timers/promises";
import { isRunning, lockHolder } from "#db/local/process-lock";
import { root } from "../paths.ts";
import { dataDir } from "./data-dir.ts";
import { readDevFile, removeDevFile } from "./dev-file.ts";
import { HelpWanted, readOptions, UsageError } from "./options.ts";

/** Longer than every process gets to end by itself. */
const PATIENCE_MS = 30_000;

try {
  const { dataDir: directory } = readOptions(
    process.argv.slice(2),
    root,
    process.env["MCPCTL_CALLED_FROM"] ?? process.cwd(),
  );
  const dir = dataDir(directory);
  const supervisor = lockHolder(dir.lock);
  const pids = Object.values(readDevFile(dir.devFile)?.pids ?? {});
  if (supervisor === undefined) {
    // Of one that was killed.
    removeDevFile(dir.devFile);
    console.log(`Nothing runs in ${directory}.`);
  } else {
    process.kill(supervisor, "SIGTERM");
    if (!(await gone([supervisor, ...pids], PATIENCE_MS))) {
      process.kill(supervisor, "SIGKILL");
      await gone([supervisor, ...pids], PATIENCE_MS);
      removeDevFile(dir.devFile);
    }
    console.log("Stopped. What was kept stays.");
  }
} catch (error) {
  if (error instanceof HelpWanted) {
    console.log(error.message);
    process.exit(0);
  }
  console.error(error instanceof Error ? error.message : error);
  process.exit(error instanceof UsageError ? 2 : 1);
}

async function gone(pids: readonly number[], limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (pids.some(isRunning)) {
    if (Date.now() > deadline) return false;
    await wait(25);
  }
  return true;
}
