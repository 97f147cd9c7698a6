/** The edge of `npm run dev`, in wrangler's development server. */
import { mkdirSync } from "node:fs";
import { root } from "../paths.ts";
import { writeAtomically } from "../write-file.ts";
import type { EdgeRunner } from "./edge-service.ts";
import { keep } from "./kept-process.ts";

/** Says nothing about itself and asks for nothing: no metrics, no banner, no prompts. */
const quiet = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_WRITE_LOGS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  CI: "1",
};

export function wranglerDev(): EdgeRunner {
  let url: string | undefined;
  return {
    start({ port, dir, secrets, vars }) {
      url = `http://127.0.0.1:${port}`;
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      const envFile = `${dir}/wrangler.env`;
      writeAtomically(envFile, dotenv({ ...vars, ...secrets }), 0o600);
      return keep({
        command: process.execPath,
        args: [
          `${root}/node_modules/wrangler/bin/wrangler.js`,
          "dev",
          ...["--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0"],
          ...["--env-file", envFile, "--persist-to", `${dir}/wrangler`, "--show-interactive-dev-session=false"],
        ],
        env: { ...process.env, ...quiet },
        cwd: root,
        // Reloads and mistakes in the source are what a developer looks for.
        output: 2,
      });
    },
    async trigger(cron) {
      const answer = await fetch(`${url}/cdn-cgi/handler/scheduled?cron=${encodeURIComponent(cron)}`);
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`the scheduled handler failed (${answer.status})`);
    },
    close() {},
  };
}

/** Values in single quotes are taken as they are. @throws Error for one that has such a quote itself. */
function dotenv(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => {
      if (/['\n]/.test(value))
        throw new Error(`${name} has a quote or a line break, which wrangler's env file can't hold`);
      return `${name}='${value}'\n`;
    })
    .join("");
}
