/** What went wrong, in words for people and one exit code for scripts (spec: cli.md). */
import { type ErrorCode, errors, type Fault } from "#db/protocol/errors";

/** As shells say it of a program that Ctrl-C ended: 128 and the number of the signal. */
export const INTERRUPTED = 130;

/** 0 ok, 1 failed, 2 usage, 3 not found, 4 not allowed, 5 unreachable. */
export type Exit = 0 | 1 | 2 | 3 | 4 | 5 | typeof INTERRUPTED;

export interface FailureDetails {
  exit?: Exit;
  /** The edge's own code, where the edge said no. */
  code?: string;
  /** What to do next, one sentence. */
  hint?: string;
  faults?: readonly Fault[];
  /** For `-v`: request line, status and request id. Never a credential. */
  request?: string;
  /** Seconds after which trying again makes sense. */
  retryAfter?: number;
  /** The HTTP status, where there was an answer. */
  status?: number;
  cause?: unknown;
}

export class Failure extends Error {
  readonly exit: Exit;
  readonly details: FailureDetails;
  constructor(message: string, details: FailureDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "Failure";
    this.exit = details.exit ?? 1;
    this.details = details;
  }

  get code(): string | undefined {
    return this.details.code;
  }
}

/** The command line itself was wrong. */
export function usage(message: string, hint?: string): Failure {
  return new Failure(message, { exit: 2, ...(hint ? { hint } : {}) });
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errors, code);

/** By the edge's code; a code that this version doesn't know, or an answer without one, by its status. */
export function exitOf(code: string | undefined, status: number): Exit {
  if (code !== undefined && isErrorCode(code)) return errors[code].exit;
  if (status === 401 || status === 403) return 4;
  if (status === 404) return 3;
  if (status === 502 || status === 503 || status === 504) return 5;
  return 1;
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
        : ["This is a fault in mcpctl itself: run it again with -v and report what it says."]),
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
