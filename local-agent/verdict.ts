/** Decides which errors are permanent, and how the program ends then. Pure. */
import { Failure as AnyFailure } from "#db/client/failure";
import { codeOf, reasonOf } from "#db/client/reason";
import { EdgeRefusal } from "./edge.ts";
import { Failure } from "./failure.ts";

/** Errors of names and certificates are permanent, unlike those of an edge that restarts. */
const hopeless = /^(ENOTFOUND|ERR_TLS_.*|.*CERT.*|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/;

/** @param first whether nothing was registered yet, so that the address may be wrong */
export function finalReason(error: unknown, edge: string, first: boolean): AnyFailure | undefined {
  // A login that can't be renewed because the edge is unreachable is renewed later.
  if (error instanceof AnyFailure && error.exit !== 5) return error;
  if (error instanceof EdgeRefusal) {
    const { status, problem } = error;
    if (problem === "not_allowed") return new Failure(4, error.message, error);
    if (problem === "not_authenticated") {
      const next = "run `mcpctl login`, or set MCPCTL_TOKEN";
      return new Failure(4, `${edge} does not accept the credential: ${next}.`, error);
    }
    // A proxy may answer like this temporarily; an address that is not an edge always does.
    if (problem === undefined && status < 500)
      return first ? new Failure(5, `${edge} is not an mcpctl edge: ${error.message}.`, error) : undefined;
    return status < 500 && status !== 429 ? new Failure(1, error.message, error) : undefined;
  }
  if (first && hopeless.test(codeOf(error) ?? ""))
    return new Failure(5, `${edge} can't be reached: ${reasonOf(error)}.`, error);
  return undefined;
}
