/** Guessing is slowed, people are not: a bucket of attempts that refills, and that a success gives back to. Pure. */

/** What a Counter does, for who asks it. */
export interface CounterPort {
  /** One attempt. @returns milliseconds to wait before the next, 0 when it may be made. */
  attempt(policy: Policy): Promise<number>;
  /** Attempts succeeded: they were no guesses. */
  forgive(policy: Policy, attempts: number): Promise<void>;
}

export interface Policy {
  /** Attempts that can be made at once. */
  burst: number;
  /** Milliseconds until one more is possible. */
  refillMs: number;
}

/**
 * Failing more often than a person does: 10 at once, then one every 30 s, 2,880 a day. Somebody else's guesses use them up
 * too, and then their victim's next login waits; sessions and tokens that are there go on.
 */
export const perAccount: Policy = { burst: 10, refillMs: 30_000 };

/** An office shares an address: 30 at once, then one every 2 s. */
export const perAddress: Policy = { burst: 30, refillMs: 2_000 };

/** Everybody whose address is not known shares this one: nobody's guesses should keep all others out. */
export const perUnknownAddress: Policy = { burst: 300, refillMs: 200 };

/** Tokens that nobody has, from one address: a client with an old one is not slowed, a flood costs no queries. */
export const perStranger: Policy = { burst: 100, refillMs: 600 };

export interface Bucket {
  /** Attempts left at `at`, fractions included. */
  left: number;
  /** Milliseconds since the epoch. */
  at: number;
}

export type Attempt = { allowed: true; bucket: Bucket } | { allowed: false; retryAfterMs: number };

/** Takes one attempt out. A bucket that nobody has used is full. */
export function attempt(bucket: Bucket | undefined, policy: Policy, now: number): Attempt {
  const left = bucket
    ? Math.min(policy.burst, bucket.left + Math.max(0, now - bucket.at) / policy.refillMs)
    : policy.burst;
  if (left < 1) return { allowed: false, retryAfterMs: Math.ceil((1 - left) * policy.refillMs) };
  return { allowed: true, bucket: { left: left - 1, at: now } };
}

/** Gives attempts back that turned out to be no guesses. */
export function refund(bucket: Bucket, policy: Policy, attempts: number): Bucket {
  return { ...bucket, left: Math.min(policy.burst, bucket.left + attempts) };
}

/** Milliseconds after which an unused bucket is full again, and need not be kept. */
export const fullAgainMs = (policy: Policy): number => policy.burst * policy.refillMs;
