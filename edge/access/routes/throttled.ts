/** Attempts at secrets are counted per account and per address, each in an object of its own, before the secret is looked at. */
import { refuse } from "#db/protocol/errors";
import type { Call } from "../../call.ts";
import { perAccount, perAddress } from "../throttle.ts";
import { addressOf, recordAuth } from "./auth-event.ts";

/**
 * Runs `attempt`, whose success gives attempts back. Accounts that do not exist are throttled the same.
 * @throws Refusal rate_limited with the seconds to wait, and whatever `attempt` throws
 */
export async function throttled<T>(call: Call, account: string, attempt: () => Promise<T>): Promise<T> {
  const { GUARD } = call.deps.env;
  const byAccount = () => GUARD.getByName(`login:${account}`);
  const byAddress = () => GUARD.getByName(`address:${addressOf(call.request)}`);
  const waits = await Promise.all([byAccount().attempt(perAccount), byAddress().attempt(perAddress)]);
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
      byAddress().forgive(perAddress, 1),
    ]),
  );
  return result;
}
