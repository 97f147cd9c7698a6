/**
 * What a Guard knows and for how long it may say so: pure, times in milliseconds since the epoch and handed in.
 *
 * `generation` counts how often the Guard was told that something changed. What was read before a change must not answer a
 * question that came after it, so a load carries the generation in which it began.
 */
import type { Caller } from "./principal.ts";

/** One way in that is valid as long as it is listed and `expiresAt` has not come. */
export interface Credential {
  id: string;
  /** Milliseconds since the epoch; absent: never. */
  expiresAt?: number;
  /** Set for tokens: for logs and audit. */
  tokenName?: string;
  tokenHash8?: string;
}

/** One principal as the store has it. */
export interface Profile {
  caller: Caller;
  credentials: readonly Credential[];
}

export interface Held {
  /** Undefined: the store has no such principal. */
  profile: Profile | undefined;
  /** When the load began. */
  at: number;
  generation: number;
}

export interface GuardState {
  generation: number;
  held?: Held;
  /** When the last load failed, while none has succeeded since. */
  failedAt?: number;
}

export const initial: GuardState = { generation: 0 };

/** After this the profile is read again, while it still answers. */
export const REVALIDATE_MS = 40_000;
/** Beyond this it does not answer. With the 5 s of isolates' caches: within the 60 s that an outage is given (docs/decisions/guard-per-principal.md). */
export const MAX_HELD_MS = 55_000;
/** A credential that the profile lacks may be newer than it; a profile this young settles it. */
const SETTLED_MS = 1_000;
/** A store that is down is not asked more often than this in the background. */
const RETRY_MS = 1_000;

export type Plan =
  /** Answer from what is held; `refresh`: and read again meanwhile. */
  | { do: "answer"; held: Held; refresh: boolean }
  /** Read first. */
  | { do: "load" };

/** How to answer a question about a credential. */
export function plan(state: GuardState, credentialId: string, now: number): Plan {
  const { held } = state;
  if (!held || held.generation < state.generation || now - held.at > MAX_HELD_MS) return { do: "load" };
  if (!knows(held, credentialId) && now - held.at > SETTLED_MS) return { do: "load" };
  const due = now - held.at > REVALIDATE_MS;
  const failing = state.failedAt !== undefined && now - state.failedAt < RETRY_MS;
  return { do: "answer", held, refresh: due && !failing };
}

/**
 * What answers a question asked in generation `asked`, once a read has succeeded. A change that came after the question need
 * not be in the answer: else questions would starve while much is written.
 */
export function answering(state: GuardState, asked: number): Held | undefined {
  const { held } = state;
  return held && held.generation >= asked ? held : undefined;
}

/**
 * The store could not be read: what is held answers for as long as it may, unless a change is known that it lacks, which may
 * have been a revocation. A credential that it does not know may be a new one, so nothing can be said about it.
 */
export function fallback(state: GuardState, credentialId: string, now: number): Held | undefined {
  const { held } = state;
  const current = held && held.generation === state.generation && now - held.at <= MAX_HELD_MS;
  return current && knows(held, credentialId) ? held : undefined;
}

const knows = (held: Held, credentialId: string) =>
  held.profile?.credentials.some((c) => c.id === credentialId) ?? false;

/** Whether there is a change of which it was told, and which it has not read. */
export const hasUnread = ({ held, generation }: GuardState): boolean => generation > (held?.generation ?? 0);

export function told(state: GuardState): GuardState {
  return { ...state, generation: state.generation + 1 };
}

/** A load that ended after a younger one changes nothing. */
export function loaded(state: GuardState, held: Held): GuardState {
  if (state.held && (state.held.generation > held.generation || state.held.at > held.at)) return state;
  return { generation: state.generation, held };
}

export function failed(state: GuardState, now: number): GuardState {
  return { ...state, failedAt: now };
}

/** A caller, and when they stop being one of themselves (milliseconds since the epoch). */
export interface Admission {
  caller: Caller;
  expiresAt?: number;
}

/** Who a credential makes somebody; undefined for one that is unknown, revoked or expired. */
export function judge(profile: Profile | undefined, credentialId: string, now: number): Admission | undefined {
  const credential = profile?.credentials.find((c) => c.id === credentialId);
  if (!profile || !credential) return undefined;
  const { expiresAt, tokenName, tokenHash8 } = credential;
  if (expiresAt !== undefined && expiresAt <= now) return undefined;
  const { principal, grants } = profile.caller;
  return {
    caller: {
      principal: { ...principal, ...(tokenName ? { tokenName } : {}), ...(tokenHash8 ? { tokenHash8 } : {}) },
      grants,
      ...(tokenName !== undefined && expiresAt !== undefined ? { expiresAt } : {}),
    },
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}
