/** The process around `mcplocal`. */
import { homedir } from "node:os";
import { endAfterUnbroken, finished } from "#db/client/unbroken";
import { version } from "#db/protocol/version";
import { run } from "./program.ts";

let stops = 0;
endAfterUnbroken("SIGHUP");

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  home: homedir(),
  version,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  onStop(tell) {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => tell(++stops));
  },
  onParentGone(tell) {
    process.stdin.on("end", tell).on("error", tell).resume();
  },
  exit: (code) => void finished().then(() => process.exit(code)),
});
// Idle keep-alive connections must not keep the process running.
await finished();
process.exit();
