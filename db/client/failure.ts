/** What went wrong in a program of ours, in words for people and one exit code for scripts. */
import { type ErrorCode, errors, type Fault } from "../protocol/errors.ts";

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

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errors, code);

/** By the edge's code; a code that this version doesn't know, or an answer without one, by its status. */
export function exitOf(code: string | undefined, status: number): Exit {
  if (code !== undefined && isErrorCode(code)) return errors[code].exit;
  if (status === 401 || status === 403) return 4;
  if (status === 404) return 3;
  if (status === 502 || status === 503 || status === 504) return 5;
  return 1;
}
