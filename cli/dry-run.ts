/** `--dry-run`, as kubectl has it: one word for every verb that writes. */
import { usage } from "./failure.ts";
import { text } from "./verb.ts";

export type DryRun = "client" | "server" | undefined;

const words = ["client", "server"] as const;

export const dryRunFlag = (about: string) =>
  text("--dry-run [client|server]", about, { words: { from: "words", words: [...words, "none"] } });

/** @param plain what it means without a value. @throws Failure usage */
export function parseDryRun(given: unknown, plain: "client" | "server"): DryRun {
  if (given === undefined || given === false || given === "none") return undefined;
  if (given === true) return plain;
  const found = words.find((w) => w === given);
  if (!found) throw usage(`--dry-run ${String(given)} is not valid.`, "Use client or server.");
  return found;
}

/** After what was not done. */
export const dryly = (how: DryRun): string =>
  how === undefined ? "" : how === "client" ? " (dry run)" : " (server dry run)";
