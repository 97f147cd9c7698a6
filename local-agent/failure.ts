/** Why the agent ends with something else than 0. */
import { Failure as AnyFailure, type Exit } from "#db/client/failure";

/** Of this program alone; what it shares with others throws the same without a name for it. */
export class Failure extends AnyFailure {
  constructor(exit: Exit, message: string, cause?: unknown) {
    super(message, { exit, ...(cause === undefined ? {} : { cause }) });
  }
}
