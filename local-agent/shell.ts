/** The program's interface to its process; only main.ts uses the real process. */
import type { Surroundings } from "./settings.ts";

export interface Shell extends Surroundings {
  version: string;
  out(text: string): void;
  err(text: string): void;
  /** Called for SIGTERM and SIGINT, with the number of signals so far. */
  onStop(tell: (times: number) => void): void;
  /** Called when standard input ends, because the parent process has ended. */
  onParentGone(tell: () => void): void;
  /** Exits as soon as work that must not be interrupted has ended. */
  exit(code: number): void;
}
