/** What only one kind does: hooks around the generic write and delete. A kind without a behaviour is stored as it is. */
import type { KindName } from "#db/kinds/index";
import type { Env } from "../env.ts";
import type { Call } from "../http/call.ts";
import type { Access } from "../identity/index.ts";
import type { Caller } from "../identity/principal.ts";
import type { Stored } from "../resources/stored.ts";
import type { Settings } from "../settings.ts";
import type { Store, Transaction } from "../store.ts";

/** What hooks use of the edge. */
export interface Ports {
  store: Store;
  settings: Settings;
  access: Access;
  env: Pick<Env, "PUBLISHER">;
}

export interface Write {
  kind: KindName;
  previous: Stored | undefined;
  /** Spec parsed and with defaults; hooks may change `spec`, `status` and `sealed`. Write-only fields are not in it. */
  next: Pick<Stored, "id" | "name" | "scopeId" | "labels" | "spec" | "status" | "sealed" | "applied">;
  /** Write-only fields of the request, by name. */
  given: Readonly<Record<string, unknown>>;
  /** A merge patch: an object in `given` is merged into what is there, null removes a key. Otherwise it replaces. */
  merge: boolean;
  /** `_skipAuthCheck` and its like: in the body, allowed by the behaviour, never stored. */
  options: Readonly<Record<string, boolean>>;
  caller: Caller;
  deps: Ports;
  waitUntil: (work: Promise<unknown>) => void;
  /** Told to the person with the answer (`Warning` header); the write goes on. */
  warn: (message: string) => void;
  /** Shown once, in the answer to this request only. */
  reveal: (fields: Record<string, unknown>) => void;
}

export interface Committed {
  verb: "created" | "changed" | "deleted";
  /** Undefined: it is new. */
  before: Stored | undefined;
  /** Undefined: it has gone. */
  after: Stored | undefined;
  /** The action by which it changed; undefined for a plain write. */
  action: string | undefined;
}

export interface Behaviour {
  /** Names of `_options` that a body may hold. */
  options?: readonly string[];
  /** Fields that `reveal` shows in the answer to a creation, and what each is. */
  reveals?: Readonly<Record<string, string>>;
  /** Statuses with which a write is refused, beside those of every kind. */
  refuses?: readonly 422[];
  /** Before anything is written. Completes `next`, warns, or throws a Refusal. */
  beforeWrite?(write: Write): Promise<void> | void;
  /** In the transaction of the write, after the row. */
  withWrite?(write: Write, tx: Transaction): Promise<void>;
  /** After a write or a deletion is committed, of each row that it concerned; never in a rehearsal. The write stands if it throws. */
  afterCommit?(done: Committed, call: Call): Promise<void> | void;
  /** What the status is at `now` (milliseconds since the epoch), where time alone changes it. */
  status?(stored: Stored, now: number): Record<string, unknown>;
  /** Of a row that can't go: how it was at first, which it is again then. Undefined for all others. */
  insteadOfDelete?(stored: Stored): Pick<Stored, "spec"> | undefined;
  /** In the transaction of the delete, before rows of this kind go together. Throws a Refusal to keep them. */
  beforeDelete?(rows: readonly Stored[], tx: Transaction, caller: Caller): Promise<void>;
}
