/** How a failure is told to people. */
import { Failure } from "#db/client/failure";
import type { Fault } from "#db/protocol/errors";

export { type Exit, exitOf, Failure, type FailureDetails, INTERRUPTED } from "#db/client/failure";

/** The command line itself was wrong. */
export function usage(message: string, hint?: string): Failure {
  return new Failure(message, { exit: 2, ...(hint ? { hint } : {}) });
}

/** Faults shown at most; a document with more has one cause. */
const FAULTS_SHOWN = 10;

/** What failed and why; each fault on a line of its own; what to do; and with `verbose` the request. */
export function explainFailure(error: unknown, verbose: boolean): string[] {
  if (!(error instanceof Failure)) {
    const e = error instanceof Error ? error : new Error(String(error));
    return [
      `Error: ${e.message}`,
      ...(verbose && e.stack
        ? [e.stack]
        : ["This is a bug in mcpctl: run the command again with -v, and report the output."]),
    ];
  }
  const { hint, request } = error.details;
  const lines = [`Error: ${error.message}`];
  const faults = unsaid(error);
  for (const f of faults.slice(0, FAULTS_SHOWN)) lines.push(`  ${faultLine(f)}`);
  if (faults.length > FAULTS_SHOWN) lines.push(`  … and ${faults.length - FAULTS_SHOWN} more`);
  if (hint) lines.push(hint);
  if (verbose && request) lines.push(request);
  if (verbose && error.cause instanceof Error) lines.push(`Cause: ${error.cause.message}`);
  return lines;
}

/** The edge puts a single fault into its message, too: saying it once is enough. */
function unsaid({ message, code, details: { faults = [] } }: Failure): readonly Fault[] {
  // Who refers to it is the message; where each does, `describe` tells.
  if (code === "still_referred" && faults.every((f) => message.includes(f.path))) return [];
  const [only, ...more] = faults;
  const said = only && more.length === 0 && !only.suggestion && only.path !== "" && message.startsWith(`${only.path}:`);
  return said ? [] : faults;
}

/** `timeouts.idle: expected number, given "x" (did you mean …?)` */
export function faultLine(f: Fault): string {
  return `${f.path ? `${f.path}: ` : ""}${whatOf(f)}${f.suggestion ? ` (did you mean ${f.suggestion}?)` : ""}`;
}

function whatOf({ message, expected, given }: Fault): string {
  if (expected === undefined) return message;
  if (given !== undefined) return `expected ${expected}, given ${given}`;
  if (message.includes(expected)) return message;
  return message.startsWith("expected") ? `expected ${expected}` : `${message}; expected ${expected}`;
}
