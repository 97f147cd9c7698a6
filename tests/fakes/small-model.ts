/** The real small model as a child process, or the reason why it can't be had here. */
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { start } from "../../infra/line-process.ts";

export interface SmallModel {
  /** Base URL of an OpenAI-compatible server. */
  url: string;
  model: string;
  stop(): Promise<void>;
}

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), "small-model.py");

/** Takes seconds the first time: it is downloaded into the user's cache. */
export async function startSmallModel(): Promise<SmallModel | { missing: string }> {
  const cache = path.join(process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache"), "mcpctl-tools");
  const child = start("python3", [script, cache]);
  try {
    // The engine greets on stdout as well.
    for (;;) {
      const line = await child.line();
      if (!line.startsWith("{")) continue;
      const { url, model } = z.object({ url: z.url(), model: z.string() }).parse(JSON.parse(line));
      return { url, model, stop: () => child.stop("SIGKILL") };
    }
  } catch (e) {
    await child.stop("SIGKILL");
    return {
      missing: `the small model can't be had here: ${(e instanceof Error ? e.message : String(e)).slice(-300)}`,
    };
  }
}
