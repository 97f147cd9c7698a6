/** Attempts at secrets are counted per account and per address, each in an object of its own, before the secret is looked at. */
import { refuse } from "#db/protocol/errors";
import type { Call } from "../../call.ts";
import { addressOf, networkOf } from "../address.ts";
import { perAccount, perAddress, perUnknownAddress } from "../throttle.ts";
import { recordAuth } from "./auth-event.ts";

/**
 * Runs `attempt`, whose success gives attempts back. Accounts that do not exist are throttled the same.
 * @throws Refusal rate_limited with the seconds to wait, and whatever `attempt` throws
 */
export async function throttled<T>(call: Call, account: string, attempt: () => Promise<T>): Promise<T> {
  const { GUARD } = call.deps.env;
  const byAccount = () => GUARD.getByName(`login:${account}`);
  const address = addressOf(call.request);
  const byAddress = () => GUARD.getByName(`address:${address === undefined ? "unknown" : networkOf(address)}`);
  const addressPolicy = address === undefined ? perUnknownAddress : perAddress;
  const waits = await Promise.all([byAccount().attempt(perAccount), byAddress().attempt(addressPolicy)]);
  const wait = Math.max(...waits);
  if (wait > 0) {
    recordAuth(call, { action: "login-throttled", account });
    refuse("rate_limited", "There were too many attempts to log in.", {
      hint: `Wait ${Math.ceil(wait / 1000)} seconds.`,
      retryAfter: wait / 1000,
    });
  }
  const result = await attempt();
  call.waitUntil(
    Promise.all([
      byAccount().forgive(perAccount, perAccount.burst),
      // One only: whoever has one account must not guess at others without end.
      byAddress().forgive(addressPolicy, 1),
    ]),
  );
  return result;
}
