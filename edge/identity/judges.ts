/**
 * What Guards say of a credential: one of them, or two where a cluster vouches for a service account. Holds what a cluster's Guard
 * said for a moment, and nothing else.
 */
import { BoundedMap } from "../cache/bounded-map.ts";
import type { Objects } from "../objects/named.ts";
import { storeUnavailable } from "../store.ts";
import { askGuard } from "./ask-guard.ts";
import type { CredentialVerdict, GuardPort } from "./guard-port.ts";
import type { Pointer } from "./profile.ts";

/** For how long what a cluster's Guard said to one account does for others. Part of the age of what is known of them. */
const VOUCHED_MS = 1_000;
const CLUSTERS = 1_000;

export interface Judged {
  verdict: Exclude<CredentialVerdict, { is: "unavailable" }>;
  /** When the Guards were asked; the earlier time, where two have a say. */
  at: number;
  /** When the store was read for what they said; the earlier time likewise. */
  asOf: number;
}

/** What a Guard said of a cluster: when it was asked, and when the store was read for it. */
interface Vouched {
  guard: string;
  at: number;
  asOf: number;
}

/** Why nobody can say who somebody is: it is known that something has changed, and the store can't be asked what. */
export class ChangeUnread extends Error {}

export class Judges {
  readonly #guards: Objects<GuardPort>;
  /** Cluster's Guard and what it knows a registration as → what it last said. */
  readonly #vouched = new BoundedMap<Vouched>(CLUSTERS);
  /** Counts `forget`: what was asked for before must not be kept after. */
  #epoch = 0;

  constructor(guards: Objects<GuardPort>) {
    this.#guards = guards;
  }

  /** Drops what these Guards have said. */
  forget(guards: ReadonlySet<string>): void {
    this.#epoch++;
    this.#vouched.deleteWhere(({ guard }) => guards.has(guard));
  }

  /**
   * @returns also how old the verdict is: as old as the older one, where two Guards have a say.
   * @throws Refusal store_unavailable when nothing that may be used is known
   */
  async ask({ guard, credential, within }: Pointer, have: string | undefined, now: number): Promise<Judged> {
    const [verdict, vouched] = await Promise.all([
      this.#check(guard, credential, have),
      within ? this.#vouchedFor(within, now) : { at: now, asOf: now },
    ]);
    if (vouched === undefined || verdict.is === "denied") return { verdict: { is: "denied" }, at: now, asOf: now };
    return { verdict, at: vouched.at, asOf: Math.min(verdict.at, vouched.asOf) };
  }

  /**
   * When its cluster was last known to vouch for a service account; undefined: it does not. One Guard answers for all accounts of a
   * cluster, so what it said a moment ago to one of them does for the others.
   */
  async #vouchedFor({ guard, credential }: Pointer, now: number): Promise<Vouched | undefined> {
    const key = `${guard} ${credential}`;
    const known = this.#vouched.get(key);
    if (known && now - known.at < VOUCHED_MS) return known;
    const epoch = this.#epoch;
    const verdict = await this.#check(guard, credential, undefined);
    if (verdict.is === "denied") return undefined;
    const vouched = { guard, at: now, asOf: verdict.at };
    if (epoch === this.#epoch) this.#vouched.set(key, vouched);
    return vouched;
  }

  async #check(guard: string, credential: string, have: string | undefined): Promise<Judged["verdict"]> {
    const verdict = await askGuard(this.#guards, guard, credential, have).catch((cause: unknown) => {
      throw storeUnavailable(cause);
    });
    if (verdict.is === "unavailable") throw storeUnavailable(verdict.changed ? new ChangeUnread() : undefined);
    return verdict;
  }
}
