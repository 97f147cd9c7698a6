/** The edge of `npm start`, in plain workerd. */
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EdgeSecrets, startEdgeProcess } from "../edge-process.ts";
import type { KeptProcess } from "../kept-process.ts";

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
    trigger: (cron) => post(socketPath, `/?cron=${encodeURIComponent(cron)}`),
    close: () => rmSync(dir, { recursive: true, force: true }),
  };
}

function post(socketPath: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path, method: "POST", timeout: 60_000 }, (answer) => {
      answer.resume();
      answer.on("end", () =>
        answer.statusCode === 200
          ? resolve()
          : reject(new Error(`the scheduled handler failed (${answer.statusCode})`)),
      );
    });
    sent.on("timeout", () => sent.destroy(new Error("the scheduled handler took more than a minute")));
    sent.on("error", reject);
    sent.end();
  });
}
