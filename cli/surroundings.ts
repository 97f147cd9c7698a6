import type { Io } from "./io.ts";

/** The world around one run of the program. `main.ts` hands in the real one, tests one of their own. */
export interface Surroundings {
  io: Io;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  home: string;
  now(): number;
  signal: AbortSignal;
  fetch: typeof fetch;
  /** Of this program. */
  version: string;
  editor(command: string, file: string): Promise<number>;
  browse(url: string): Promise<boolean>;
  sleep(ms: number): Promise<void>;
}
