/** Whatever went wrong, as a refusal that a surface can write. */
import { ZodError } from "zod";
import { Refusal } from "#db/protocol/errors";
import { isStoreDown, sqlState, storeUnavailable } from "../store.ts";

/** Whatever was thrown, as a refusal. What nobody foresaw becomes `internal`, without its words: they may hold secrets. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (isStoreDown(error)) return storeUnavailable(error);
  // 22021 and 22P05: PostgreSQL keeps no NUL, nor half a surrogate pair, wherever in the request it stood.
  if (/^(22021|22P05)$/.test(sqlState(error) ?? ""))
    return new Refusal("invalid_request", "The request holds a character that can't be stored.", {
      hint: "Look for NUL (\\u0000), and for one half of a surrogate pair (\\ud800 to \\udfff) without the other.",
      cause: error,
    });
  if (error instanceof ZodError && error.issues.some((i) => /^[A-Z_]+$/.test(String(i.path[0]))))
    return new Refusal("internal", "The edge is not configured.", {
      hint: "Its log names the variable.",
      cause: error,
    });
  return new Refusal("internal", "Something went wrong at the edge.", {
    hint: "The edge's log has the cause under this request's id.",
    cause: error,
  });
}
