/** What is measured: the provider itself, and whatever can stand in front of it. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { start } from "../line-process.ts";

export interface Target {
  name: string;
  /** Base URL; `/v1/chat/completions` follows. */
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Root of the process tree whose CPU and memory count; none for the provider itself. */
  pid?: number;
  stop(): Promise<void>;
}

const here = path.dirname(fileURLToPath(import.meta.url));
export const script = (name: string) => path.join(here, name);

export async function startProvider(): Promise<Target> {
  const child = start(process.execPath, [script("provider.ts")]);
  const { port } = z.object({ port: z.int() }).parse(JSON.parse(await child.line()));
  return { name: "direct", url: `http://127.0.0.1:${port}`, headers: {}, stop: () => child.stop() };
}
