/**
 * Credential → caller, from this isolate's memory where it is fresh enough. A copy lives 5 s; one older than 2 s is
 * renewed while the request goes on, so that steady traffic never waits and never asks the store (docs/decisions/guard-per-principal.md).
 *
 * No request awaits another's promise: when that request's client hangs up, the runtime drops its work and the promise
 * never settles. Several may therefore ask a Guard the same at once, which costs little.
 *
 * Its maps are its own and no `Fresh` of `edge/cache`: how old a copy may be is the asker's to say, a copy has two more ends (the token's
 * and the signature's), a renewal changes it in place, and a write forgets by what a copy holds and not by its name. Every request
 * comes by here, and pays for what it does not need.
 */
import { looksLikeToken } from "#db/crypto/token";
import { parseAccount, type ServiceAccount, writeAccount } from "#db/kinds/parts/service-account";
import { Refusal } from "#db/protocol/errors";
import { isSound } from "#db/schema/validate";
import { BoundedMap } from "../cache/bounded-map.ts";
import type { Objects } from "../objects/named.ts";
import { attempt, type Bucket, perStranger, refund } from "../rights/throttle.ts";
import type { Settings } from "../settings.ts";
import { isStoreDown, type Store, storeUnavailable } from "../store.ts";
import { claimOf, verifyAccount } from "./account-token.ts";
import { findTrust, verifiedPointer } from "./accounts.ts";
import { addressOf, networkOf } from "./address.ts";
import { credentialOf, hashCredential, shapeOf } from "./credential.ts";
import type { GuardPort } from "./guard-port.ts";
import { accountToBe, accountWanted, acting, asked, noCluster } from "./impersonation.ts";
import { ChangeUnread, Judges } from "./judges.ts";
import { KeySets } from "./key-sets.ts";
import { notAuthenticated } from "./not-authenticated.ts";
import type { Caller } from "./principal.ts";
import { findPointer, guardOfUser, type Pointer } from "./profile.ts";
import { ISSUER, verifySession } from "./session-token.ts";

/** Age at which a copy is renewed in the background. */
const RENEW_MS = 2_000;
/** Age at which it no longer answers. */
const MAX_AGE_MS = 5_000;
/** For how long a credential that is not valid is refused from memory: shorter than an allowance lives. */
const DENIED_MS = 1_000;

/** For how long a cluster's signature counts as verified: keys that its issuer withdraws end with it. */
const VERIFIED_MS = 300_000;

/** Characters of an `iss`. */
const LONGEST_ISSUER = 2_048;

const CALLERS = 10_000;
const DENIALS = 10_000;
const STRANGERS = 10_000;

interface Entry {
  pointer: Pointer;
  caller: Caller;
  version: string;
  /** When the Guard was asked; milliseconds since the epoch, as all times here. */
  askedAt: number;
  /** When the store was read for what the Guard said. */
  asOf: number;
  /** When a renewal in the background began; a second one waits until that is surely lost. */
  renewingAt: number;
  /** Of the token, or of its signature. */
  expiresAt: number;
  /** When a signature has to be looked at again: its key may have been withdrawn. */
  verifiedUntil: number;
}

/** A credential that belongs to somebody. */
export interface Found {
  pointer: Pointer;
  expiresAt: number;
  verifiedUntil?: number;
}

type WaitUntil = (work: Promise<unknown>) => void;

export class Authenticator {
  readonly #judges: Judges;
  readonly #settings: Settings;
  readonly #store: Store;
  readonly #keys: KeySets;
  readonly #callers = new BoundedMap<Entry>(CALLERS);
  /** Hash → until when it is refused without asking. */
  readonly #denied = new BoundedMap<number>(DENIALS);
  /** Credentials of which a write has changed something, and that nobody has looked at since. */
  readonly #changed = new BoundedMap<true>(CALLERS);
  /** Network → how many tokens that nobody has may still come from it. */
  readonly #strangers = new BoundedMap<Bucket>(STRANGERS);
  /** Counts `forget`: what was asked for before must not be kept after. */
  #epoch = 0;

  constructor(deps: { guards: Objects<GuardPort>; settings: Settings; store: Store }) {
    this.#judges = new Judges(deps.guards);
    this.#settings = deps.settings;
    this.#store = deps.store;
    this.#keys = new KeySets({
      fetch: (url, init) => fetch(url, init),
      now: Date.now,
      allow: deps.settings.allowPrivateUpstreams,
    });
  }

  /** At once where nothing has to be asked. @throws Refusal not_authenticated (one text whatever is wrong), store_unavailable */
  authenticate(request: Request, waitUntil: WaitUntil): Caller | Promise<Caller> {
    return this.admit(request, MAX_AGE_MS, waitUntil);
  }

  /** Like `authenticate`, for who accepts only a copy younger than `maxAgeMs`. */
  admit(request: Request, maxAgeMs: number, waitUntil: WaitUntil): Caller | Promise<Caller> {
    const credential = credentialOf(request.headers);
    if (credential === undefined) throw notAuthenticated();
    const hash = hashCredential(credential);
    const now = Date.now();
    const known = this.#fromMemory(hash, maxAgeMs, now, waitUntil);
    const caller =
      known === undefined || known instanceof Promise
        ? this.#admitSlowly(credential, hash, known, addressOf(request), now)
        : known;
    const wanted = accountWanted(request.headers);
    return wanted === null ? caller : this.#actAs(wanted, caller, maxAgeMs, now, waitUntil);
  }

  async #admitSlowly(
    credential: string,
    hash: string,
    known: Promise<Caller | undefined> | undefined,
    address: string | undefined,
    now: number,
  ): Promise<Caller> {
    return (await known) ?? this.#admitUnknown(credential, hash, address, now);
  }

  async #actAs(
    wanted: string,
    sender: Caller | Promise<Caller>,
    maxAgeMs: number,
    now: number,
    waitUntil: WaitUntil,
  ): Promise<Caller> {
    const caller = await sender;
    const account = accountToBe(caller, wanted);
    const key = actingKey(account);
    const other =
      (await this.#fromMemory(key, maxAgeMs, now, waitUntil)) ?? (await this.#admitPointer(key, asked(account), now));
    if (!other) throw noCluster(account);
    return acting(caller, other);
  }

  /** @returns undefined for what is not known here, or has to be looked at anew. @throws Refusal not_authenticated, store_unavailable */
  #fromMemory(
    key: string,
    maxAgeMs: number,
    now: number,
    waitUntil: WaitUntil,
  ): Caller | Promise<Caller | undefined> | undefined {
    const entry = this.#callers.get(key);
    if (!entry) return undefined;
    if (entry.expiresAt <= now) {
      this.#callers.delete(key);
      throw notAuthenticated();
    }
    if (entry.verifiedUntil <= now) {
      this.#callers.delete(key);
      return undefined;
    }
    const age = now - entry.askedAt;
    if (age >= maxAgeMs) return this.#renew(key, entry, now).then((renewed) => renewed?.caller);
    if (age >= RENEW_MS && now - entry.renewingAt >= RENEW_MS) {
      entry.renewingAt = now;
      // What fails here fails again, with somebody waiting for it, when the copy is too old.
      waitUntil(this.#renew(key, entry, now).catch(() => {}));
    }
    return entry.caller;
  }

  /** Drops what this isolate holds about principals that a write concerns. */
  forget(guards: ReadonlySet<string>): void {
    this.#epoch++;
    this.#judges.forget(guards);
    const keys = this.#callers.deleteWhere(
      ({ pointer: { guard, within } }) => guards.has(guard) || (within !== undefined && guards.has(within.guard)),
    );
    for (const key of keys) this.#changed.set(key, true);
  }

  /**
   * When the store was read for what an admitted request is taken to be, milliseconds since the epoch. Undefined where nothing is kept of
   * it, because something was written meanwhile.
   */
  asOf(request: Request): number | undefined {
    const credential = credentialOf(request.headers);
    const own = credential === undefined ? undefined : this.#callers.get(hashCredential(credential))?.asOf;
    const wanted = accountWanted(request.headers);
    if (wanted === null || own === undefined) return own;
    const account = parseAccount(wanted);
    const other = account && this.#callers.get(actingKey(account))?.asOf;
    return other === undefined ? undefined : Math.min(own, other);
  }

  /** Where the credential of an admitted request is judged, and until when it is good; what is held of it may have been forgotten since. */
  async foundFor(request: Request): Promise<Pick<Found, "pointer" | "expiresAt"> | undefined> {
    const credential = credentialOf(request.headers);
    if (credential === undefined) return undefined;
    const hash = hashCredential(credential);
    return this.#callers.get(hash) ?? (await this.#find(credential, hash, Date.now()));
  }

  async #admitUnknown(credential: string, hash: string, address: string | undefined, now: number): Promise<Caller> {
    if ((this.#denied.get(hash) ?? 0) > now) throw notAuthenticated();
    const network = address && networkOf(address);
    if (network) this.#takeFrom(network, now);
    const found = await this.#find(credential, hash, now).catch((error: unknown) => {
      throw this.#changed.get(hash) && isStoreDown(error) ? storeUnavailable(new ChangeUnread()) : error;
    });
    if (!found) throw this.#deny(hash);
    if (network) this.#giveBack(network);
    const caller = await this.#admitPointer(hash, found, now);
    if (!caller) throw this.#deny(hash);
    return caller;
  }

  /** Asks the Guard and remembers what it says, unless something was forgotten meanwhile. */
  async #admitPointer(key: string, found: Found, now: number): Promise<Caller | undefined> {
    const { pointer, verifiedUntil = Number.POSITIVE_INFINITY } = found;
    const epoch = this.#epoch;
    const { verdict, at, asOf } = await this.#judges.ask(pointer, undefined, now);
    if (verdict.is !== "admitted") return undefined;
    const { caller, version } = verdict;
    const expiresAt = Math.min(found.expiresAt, verdict.expiresAt ?? Number.POSITIVE_INFINITY);
    const entry = { pointer, caller, version, askedAt: at, asOf, renewingAt: 0, expiresAt, verifiedUntil };
    if (epoch === this.#epoch) {
      this.#callers.set(key, entry);
      this.#changed.delete(key);
    }
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
  async #find(credential: string, hash: string, now: number): Promise<Found | undefined> {
    switch (shapeOf(credential)) {
      case "garbage":
        return undefined;
      case "jwt": {
        const claim = claimOf(credential);
        if (claim && claim.issuer !== ISSUER) return this.#findAccount(credential, claim, now);
        const claims = await verifySession(this.#settings.signingKey, credential, now);
        if (!claims) return undefined;
        return {
          pointer: { guard: guardOfUser(claims.userId), credential: claims.sessionId },
          expiresAt: claims.expiresAt,
        };
      }
      case "opaque": {
        if (!looksLikeToken(credential)) return undefined;
        const pointer = await findPointer(this.#store.db, hash).catch(ifDown);
        return pointer && { pointer, expiresAt: Number.POSITIVE_INFINITY };
      }
    }
  }

  /** A pod's token, verified with the keys of the cluster that its issuer is registered with. */
  async #findAccount(
    token: string,
    { issuer, keyId }: NonNullable<ReturnType<typeof claimOf>>,
    now: number,
  ): Promise<Found | undefined> {
    if (issuer.length > LONGEST_ISSUER || !isSound(issuer)) return undefined;
    const trust = await findTrust(this.#store.db, issuer).catch(ifDown);
    if (!trust) return undefined;
    const verified = await verifyAccount(token, trust, await this.#keys.of(trust, keyId), now);
    if (!verified) return undefined;
    return {
      pointer: verifiedPointer({ cluster: trust.cluster, name: verified.name }, trust.fingerprint),
      expiresAt: verified.expiresAt,
      verifiedUntil: now + VERIFIED_MS,
    };
  }

  /** @returns undefined where the credential has to be looked at anew: its cluster has changed. @throws Refusal */
  async #renew(hash: string, entry: Entry, now: number): Promise<Entry | undefined> {
    const { verdict, at, asOf } = await this.#judges.ask(entry.pointer, entry.version, now);
    switch (verdict.is) {
      case "same":
        entry.askedAt = at;
        entry.asOf = asOf;
        return entry;
      case "admitted":
        entry.askedAt = at;
        entry.asOf = asOf;
        entry.caller = verdict.caller;
        entry.version = verdict.version;
        return entry;
      default:
        this.#callers.delete(hash);
        if (entry.pointer.within) return undefined;
        throw this.#deny(hash);
    }
  }

  #deny(hash: string): Refusal {
    this.#denied.set(hash, Date.now() + DENIED_MS);
    return notAuthenticated();
  }
}

const actingKey = (account: ServiceAccount): string => `as:${writeAccount(account)}`;

function ifDown(error: unknown): never {
  throw isStoreDown(error) ? storeUnavailable(error) : error;
}
