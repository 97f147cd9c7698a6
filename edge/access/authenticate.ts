/**
 * Credential → caller, from this isolate's memory where it is fresh enough. A copy lives 5 s; one older than 2 s is
 * renewed while the request goes on, so that steady traffic never waits and never asks the store (spec: architecture.md).
 *
 * No request awaits another's promise: when that request's client hangs up, the runtime drops its work and the promise
 * never settles. Several may therefore ask a Guard the same at once, which costs little.
 */
import { looksLikeToken } from "#db/crypto/token";
import { Refusal } from "#db/protocol/errors";
import type { Env, Settings } from "../env.ts";
import { isStoreDown, type Store, storeUnavailable } from "../store.ts";
import { addressOf, networkOf } from "./address.ts";
import { BoundedMap } from "./cache.ts";
import { credentialOf, hashCredential, shapeOf } from "./credential.ts";
import type { Verdict } from "./guard.ts";
import type { Caller } from "./principal.ts";
import { findPointer, guardOfUser, type Pointer } from "./profile.ts";
import { verifySession } from "./session-token.ts";
import { attempt, type Bucket, perStranger, refund } from "./throttle.ts";

/** Age at which a copy is renewed in the background. */
const RENEW_MS = 2_000;
/** Age at which it no longer answers. */
const MAX_AGE_MS = 5_000;
/** For how long a credential that is not valid is refused from memory: shorter than an allowance lives. */
const DENIED_MS = 1_000;

const CALLERS = 10_000;
const DENIALS = 10_000;
const STRANGERS = 10_000;

interface Entry {
  pointer: Pointer;
  caller: Caller;
  version: string;
  /** When the Guard was asked; milliseconds since the epoch, as all times here. */
  askedAt: number;
  /** When a renewal in the background began; a second one waits until that is surely lost. */
  renewingAt: number;
  /** Of the token, or of its signature. */
  expiresAt: number;
}

type WaitUntil = (work: Promise<unknown>) => void;

export class Authenticator {
  readonly #env: Env;
  readonly #settings: Settings;
  readonly #store: Store;
  readonly #callers = new BoundedMap<Entry>(CALLERS);
  /** Hash → until when it is refused without asking. */
  readonly #denied = new BoundedMap<number>(DENIALS);
  /** Network → how many tokens that nobody has may still come from it. */
  readonly #strangers = new BoundedMap<Bucket>(STRANGERS);
  /** Counts `forget`: what was asked for before must not be kept after. */
  #epoch = 0;

  constructor(deps: { env: Env; settings: Settings; store: Store }) {
    this.#env = deps.env;
    this.#settings = deps.settings;
    this.#store = deps.store;
  }

  /** @throws Refusal not_authenticated (one text whatever is wrong), store_unavailable */
  authenticate(request: Request, waitUntil: WaitUntil): Promise<Caller> {
    return this.admit(request, MAX_AGE_MS, waitUntil);
  }

  /** Like `authenticate`, for who accepts only a copy younger than `maxAgeMs`. */
  async admit(request: Request, maxAgeMs: number, waitUntil: WaitUntil): Promise<Caller> {
    const credential = credentialOf(request.headers);
    if (credential === undefined) throw notAuthenticated();
    const hash = hashCredential(credential);
    const now = Date.now();
    const entry = this.#callers.get(hash);
    if (!entry) return this.#admitUnknown(credential, hash, addressOf(request), now);
    if (entry.expiresAt <= now) {
      this.#callers.delete(hash);
      throw notAuthenticated();
    }
    const age = now - entry.askedAt;
    if (age >= maxAgeMs) return (await this.#renew(hash, entry, now)).caller;
    if (age >= RENEW_MS && now - entry.renewingAt >= RENEW_MS) {
      entry.renewingAt = now;
      // What fails here fails again, with somebody waiting for it, when the copy is too old.
      waitUntil(this.#renew(hash, entry, now).catch(() => {}));
    }
    return entry.caller;
  }

  /** Drops what this isolate holds about principals that a write concerns. */
  forget(guards: ReadonlySet<string>): void {
    this.#epoch++;
    this.#callers.deleteWhere((entry) => guards.has(entry.pointer.guard));
  }

  /** Where the credential of an admitted request is judged; what is held of it may have been forgotten since. */
  async pointerOf(request: Request): Promise<Pointer | undefined> {
    const credential = credentialOf(request.headers);
    if (credential === undefined) return undefined;
    const hash = hashCredential(credential);
    return this.#callers.get(hash)?.pointer ?? (await this.#find(credential, hash, Date.now()))?.pointer;
  }

  async #admitUnknown(credential: string, hash: string, address: string | undefined, now: number): Promise<Caller> {
    if ((this.#denied.get(hash) ?? 0) > now) throw notAuthenticated();
    const epoch = this.#epoch;
    const network = address && networkOf(address);
    if (network) this.#takeFrom(network, now);
    const found = await this.#find(credential, hash, now);
    if (!found) throw this.#deny(hash);
    if (network) this.#giveBack(network);
    const verdict = await this.#ask(found.pointer, undefined);
    if (verdict.is !== "admitted") throw this.#deny(hash);
    const { caller, version, expiresAt } = verdict;
    const until = Math.min(found.expiresAt, expiresAt ?? Number.POSITIVE_INFINITY);
    const entry = { pointer: found.pointer, caller, version, askedAt: now, renewingAt: 0, expiresAt: until };
    if (epoch === this.#epoch) this.#callers.set(hash, entry);
    return caller;
  }

  /**
   * Anybody can make up tokens of the right form, and each costs a statement, so an address has only so many. Taken before
   * it is looked for: otherwise many at once would all pass. @throws Refusal rate_limited
   */
  #takeFrom(network: string, now: number): void {
    const taken = attempt(this.#strangers.get(network), perStranger, now);
    if (!taken.allowed)
      throw new Refusal("rate_limited", "Too many credentials that are not valid came from your address.", {
        hint: "Check the token that your programs send.",
        retryAfter: taken.retryAfterMs / 1000,
      });
    this.#strangers.set(network, taken.bucket);
  }

  #giveBack(network: string): void {
    const bucket = this.#strangers.get(network);
    if (bucket) this.#strangers.set(network, refund(bucket, perStranger, 1));
  }

  /** @returns when a signature of ours expires, for a token that has one. */
  async #find(
    credential: string,
    hash: string,
    now: number,
  ): Promise<{ pointer: Pointer; expiresAt: number } | undefined> {
    switch (shapeOf(credential)) {
      case "garbage":
        return undefined;
      case "jwt": {
        const claims = await verifySession(this.#settings.signingKey, credential, now);
        if (!claims) return undefined;
        return {
          pointer: { guard: guardOfUser(claims.userId), credential: claims.sessionId },
          expiresAt: claims.expiresAt,
        };
      }
      case "opaque": {
        if (!looksLikeToken(credential)) return undefined;
        const pointer = await findPointer(this.#store.db, hash).catch((error: unknown) => {
          throw isStoreDown(error) ? storeUnavailable(error) : error;
        });
        return pointer && { pointer, expiresAt: Number.POSITIVE_INFINITY };
      }
    }
  }

  async #renew(hash: string, entry: Entry, now: number): Promise<Entry> {
    const verdict = await this.#ask(entry.pointer, entry.version);
    switch (verdict.is) {
      case "same":
        entry.askedAt = now;
        return entry;
      case "admitted":
        entry.askedAt = now;
        entry.caller = verdict.caller;
        entry.version = verdict.version;
        return entry;
      default:
        this.#callers.delete(hash);
        throw this.#deny(hash);
    }
  }

  /** @throws Refusal store_unavailable when nothing that may be used is known */
  async #ask(pointer: Pointer, have: string | undefined): Promise<Exclude<Verdict, { is: "unavailable" }>> {
    const ask = async (): Promise<Verdict> =>
      await this.#env.GUARD.getByName(pointer.guard).check(pointer.credential, have);
    // A Guard that is moved or redeployed drops the call that it has, and takes the next.
    const verdict = await ask()
      .catch(ask)
      .catch((cause: unknown) => {
        throw storeUnavailable(cause);
      });
    if (verdict.is === "unavailable") throw storeUnavailable(undefined);
    return verdict;
  }

  #deny(hash: string): Refusal {
    this.#denied.set(hash, Date.now() + DENIED_MS);
    return notAuthenticated();
  }
}

/** One text for missing, garbage, unknown, expired and revoked: it tells a stranger nothing. */
export function notAuthenticated(): Refusal {
  return new Refusal("not_authenticated", "The credential is missing or not valid.", {
    hint: "Log in with `mcpctl login`, or send a token as `Authorization: Bearer`.",
  });
}
