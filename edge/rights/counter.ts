/**
 * Counts attempts by a rule: at an account's password, from an address, at what is good once. One per thing that is counted, so
 * that all isolates count together. Keeps nothing once its bucket is full again. The decision is in throttle.ts.
 */
import { DurableObject } from "cloudflare:workers";
import { NamedAlarm } from "../objects/alarm.ts";
import { attempt, type Bucket, fullAgainMs, type Policy, refund } from "./throttle.ts";

const BUCKET = "bucket";

export class Counter extends DurableObject {
  readonly #alarm = new NamedAlarm(this.ctx.storage, ["full"]);

  /** One attempt. @returns milliseconds to wait before the next, 0 when it may be made. */
  async attempt(policy: Policy): Promise<number> {
    const now = Date.now();
    const taken = attempt(await this.ctx.storage.get<Bucket>(BUCKET), policy, now);
    if (!taken.allowed) return taken.retryAfterMs;
    await this.ctx.storage.put(BUCKET, taken.bucket);
    await this.#alarm.next({ full: now + fullAgainMs(policy) });
    return 0;
  }

  /** Attempts succeeded: they were no guesses. */
  async forgive(policy: Policy, attempts: number): Promise<void> {
    const bucket = await this.ctx.storage.get<Bucket>(BUCKET);
    if (bucket) await this.ctx.storage.put(BUCKET, refund(bucket, policy, attempts));
  }

  /** The bucket is full again. */
  override async alarm(): Promise<void> {
    await this.#alarm.fired(Date.now());
    await this.ctx.storage.deleteAll();
  }
}
