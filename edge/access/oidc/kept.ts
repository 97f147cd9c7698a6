/**
 * A provider's document as this isolate holds it. Renewed when it is old; while the provider is away an old one does. Pure: times
 * in milliseconds since the epoch, handed in.
 */
import { attempt, type Bucket, type Policy } from "../throttle.ts";

/** After this it is read again. */
export const FRESH_MS = 600_000;
/** For so long it does where it can't be read again. */
export const STALE_MS = 3_600_000;
/**
 * Tokens that no known key has signed make it be read again at once, so that a provider may change its keys. Anybody who logs in
 * there could send such tokens, so only so often.
 */
export const perSurprise: Policy = { burst: 4, refillMs: 15_000 };

export interface Kept<T> {
  value: T;
  at: number;
}

export function isFresh(kept: Kept<unknown> | undefined, now: number): boolean {
  return kept !== undefined && now - kept.at < FRESH_MS;
}

/** What stands in where reading failed. */
export function standIn<T>(kept: Kept<T> | undefined, now: number): T | undefined {
  return kept && now - kept.at < STALE_MS ? kept.value : undefined;
}

/** Whether a surprise may be answered by reading again. */
export function surprised(bucket: Bucket | undefined, now: number): { again: boolean; bucket: Bucket | undefined } {
  const taken = attempt(bucket, perSurprise, now);
  return taken.allowed ? { again: true, bucket: taken.bucket } : { again: false, bucket };
}
