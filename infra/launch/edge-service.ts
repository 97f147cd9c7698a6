/** The edge of `npm start`, in plain workerd. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EdgeSecrets, startEdgeProcess } from "./edge-process.ts";
import type { KeptProcess } from "./kept-process.ts";
import { triggerSchedule } from "./trigger-schedule.ts";

export interface EdgeInputs {
  port: number;
  /** For its configuration and its objects' files. */
  dir: string;
  secrets: EdgeSecrets;
  vars: Readonly<Record<string, string>>;
  /** Descriptor of its log. */
  log: number;
}

/** A way to run the Worker: `npm start` and `npm run dev` differ in nothing else. */
export interface EdgeRunner {
  start(inputs: EdgeInputs): Promise<KeptProcess>;
  /** Runs the scheduled handler. */
  trigger(cron: string): Promise<void>;
  close(): void;
}

export function plainWorkerd(): EdgeRunner {
  // Not in the data directory: a Unix socket's path has room for about 100 characters.
  const dir = mkdtempSync(join(tmpdir(), "mcpctl-"));
  const socketPath = join(dir, "cron.sock");
  return {
    start({ port, dir: edgeDir, secrets, vars, log }) {
      rmSync(socketPath, { force: true });
      return startEdgeProcess({ dir: edgeDir, port, secrets, vars, cronAddress: `unix:${socketPath}`, output: log });
    },
    trigger: (cron) => triggerSchedule(socketPath, cron),
    close: () => rmSync(dir, { recursive: true, force: true }),
  };
}
