/** Attempts at secrets are counted per account and per address, each in an object of its own, before the secret is looked at. */
import { refuse } from "#db/protocol/errors";
import type { Call } from "../http/call.ts";
import { addressOf, networkOf } from "../identity/address.ts";
import { type Policy, perAccount, perAddress, perUnknownAddress } from "../rights/throttle.ts";
import { recordAuth } from "./auth-event.ts";

/** One object that counts, and by which rule. */
interface Counted {
  name: string;
  policy: Policy;
  /** How many attempts a success gives back. */
  forgives: number;
}

/**
 * Runs `attempt`, whose success gives attempts back. Accounts that do not exist are throttled the same.
 * @throws Refusal rate_limited with the seconds to wait, and whatever `attempt` throws
 */
export function throttled<T>(call: Call, account: string, attempt: () => Promise<T>): Promise<T> {
  const byAccount = { name: `login:${account}`, policy: perAccount, forgives: perAccount.burst };
  return counting(call, account, [byAccount, byAddress(call)], attempt);
}

/** Where no account is known yet: one that all share would let anybody keep everybody out. */
export function throttledByAddress<T>(call: Call, what: string, attempt: () => Promise<T>): Promise<T> {
  return counting(call, what, [byAddress(call)], attempt);
}

/** One attempt that nothing gives back. @throws Refusal rate_limited */
export function countAddress(call: Call, what: string): Promise<void> {
  return count(call, what, [byAddress(call)]);
}

/** One attempt of an account at something else than its password. @returns what gives it back. @throws Refusal rate_limited */
export async function countAccount(call: Call, name: string, policy: Policy): Promise<{ forgive(): void }> {
  await count(call, name, [{ name, policy, forgives: 1 }]);
  return { forgive: () => call.waitUntil(call.deps.env.COUNTER.getByName(name).forgive(policy, 1)) };
}

function byAddress(call: Call): Counted {
  const address = addressOf(call.request);
  // One is given back only: whoever has one account must not guess at others without end.
  return address === undefined
    ? { name: "address:unknown", policy: perUnknownAddress, forgives: 1 }
    : { name: `address:${networkOf(address)}`, policy: perAddress, forgives: 1 };
}

async function counting<T>(call: Call, account: string, counted: Counted[], attempt: () => Promise<T>): Promise<T> {
  await count(call, account, counted);
  const result = await attempt();
  const { COUNTER } = call.deps.env;
  call.waitUntil(Promise.all(counted.map((c) => COUNTER.getByName(c.name).forgive(c.policy, c.forgives))));
  return result;
}

async function count(call: Call, account: string, counted: readonly Counted[]): Promise<void> {
  const { COUNTER } = call.deps.env;
  const waits = await Promise.all(counted.map((c) => COUNTER.getByName(c.name).attempt(c.policy)));
  const wait = Math.max(...waits);
  if (wait <= 0) return;
  recordAuth(call, { action: "login-throttled", account });
  refuse("rate_limited", "There were too many attempts to log in.", {
    hint: `Wait ${Math.ceil(wait / 1000)} seconds.`,
    retryAfter: wait / 1000,
  });
}
