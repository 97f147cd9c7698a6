/** Somebody deletes a published LLM: its publisher is told, so that a person can be. */
import { log } from "../log.ts";
import type { Objects } from "../objects/named.ts";
import { ask, type PublisherPort } from "./inward.ts";

/** Waits between tries, in milliseconds: an object that is moved takes the next call. */
const again = [0, 200, 1_000, 5_000] as const;

/** Never rejects: the LLM is gone whether or not anybody hears of it. */
export async function tellWithdrawn(
  publishers: Objects<PublisherPort>,
  session: string,
  llms: readonly string[],
): Promise<void> {
  let cause: unknown;
  for (const wait of again) {
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    try {
      const object = publishers.getByName(session);
      await (await ask(object, "/withdrawn", { method: "POST", body: JSON.stringify(llms) })).body?.cancel();
      return;
    } catch (error) {
      cause = error;
    }
  }
  log("publisher-not-told", { session, llms, cause });
}
