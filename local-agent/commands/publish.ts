/** `mcplocal publish`: runs until it is stopped. */
import { hostname, platform } from "node:os";
import { Edge } from "../edge.ts";
import { Failure } from "../failure.ts";
import { createLog, type LogFormat } from "../log.ts";
import { troubles } from "../model-server.ts";
import { Publisher } from "../publisher.ts";
import { loadSession, saveSession } from "../session-file.ts";
import { directoryOf, type Flags, publicationOf, readConfig, targetOf } from "../settings.ts";
import type { Shell } from "../shell.ts";

export interface PublishFlags extends Flags {
  log?: string;
  exitWithParent?: boolean;
}

/** @throws Failure */
export async function publish(flags: PublishFlags, shell: Shell): Promise<void> {
  const config = await readConfig(flags, shell);
  const log = createLog(formatOf(flags.log ?? (shell.env["MCPLOCAL_LOG"] || config.log) ?? "text"), shell);
  if (flags.token !== undefined)
    log("warn", "token_in_arguments", "Everybody on this machine can see --token in `ps`; MCPCTL_TOKEN is safer.");
  const { models, totalSlots } = publicationOf(flags, config, shell);
  const { edge, bearer } = await targetOf(flags, config, shell);
  const directory = directoryOf(shell);
  const names = models.map((m) => m.name);
  const known = await loadSession(directory, edge, names);
  const startedAt = new Date().toISOString();
  const publisher = new Publisher({
    edge: new Edge(edge, shell.version),
    bearer,
    models,
    ...(totalSlots === undefined ? {} : { totalSlots }),
    host: { hostname: hostname(), platform: platform() },
    log,
    known,
    keep: (session) => saveSession(directory, { edge, names, ...session, pid: process.pid, startedAt }),
  });
  // After a second signal, don't wait for running answers.
  shell.onStop((times) => {
    if (times > 1) shell.exit(1);
    else void publisher.leave();
  });
  // In parallel, so that a model server that hangs does not delay publishing.
  void troubles(models).then((texts) => {
    for (const text of texts) log("warn", "model_server", text);
  });
  if (flags.exitWithParent) shell.onParentGone(() => void publisher.leave(0));
  await publisher.run();
}

function formatOf(value: string): LogFormat {
  if (value === "text" || value === "json") return value;
  throw new Failure(2, `--log must be text or json, not ${value}.`);
}
