/** An error that ends the agent with its exit code. */
import { Failure as AnyFailure, type Exit } from "#db/client/failure";

/** The constructor that the local agent uses. Shared code throws the base class. */
export class Failure extends AnyFailure {
  constructor(exit: Exit, message: string, cause?: unknown) {
    super(message, { exit, ...(cause === undefined ? {} : { cause }) });
  }
}
