/** What the program needs of the process around it; only main.ts knows the real one. */
import type { Surroundings } from "./settings.ts";

export interface Shell extends Surroundings {
  version: string;
  out(text: string): void;
  err(text: string): void;
  /** SIGTERM and SIGINT, with how many have come. */
  onStop(tell: (times: number) => void): void;
  /** Standard input ended: whoever started this is gone. */
  onParentGone(tell: () => void): void;
  /** At once, but for what must not be broken off. */
  exit(code: number): void;
}
