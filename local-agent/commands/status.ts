/** `mcplocal status`: lists what this machine publishes, and whether the publishing process runs. */

import { Failure } from "../failure.ts";
import { everySession } from "../session-file.ts";
import { directoryOf } from "../settings.ts";
import type { Shell } from "../shell.ts";

export async function status({ output }: { output: string }, shell: Shell): Promise<void> {
  if (output !== "table" && output !== "json") throw new Failure(2, `-o must be table or json, not ${output}.`);
  const shown = (await everySession(directoryOf(shell))).map((s) => ({
    llms: s.names,
    edge: s.edge,
    session: s.providerSessionId,
    running: isAlive(s.pid),
    pid: s.pid,
    startedAt: s.startedAt,
  }));
  if (output === "json") return shell.out(`${JSON.stringify(shown, null, 2)}\n`);
  if (shown.length === 0)
    return shell.out("This machine has not published anything yet. `mcplocal detect` finds model servers.\n");
  for (const s of shown)
    shell.out(
      `${s.llms.join(", ")} at ${s.edge}: ${s.running ? `running since ${s.startedAt} (pid ${s.pid})` : "not running"}\n`,
    );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
