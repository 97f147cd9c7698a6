/**
 * What was written, told to whoever holds a copy. Listeners run before the write is acknowledged, so that the isolate that
 * took the write never answers from an older copy; other isolates' copies live for seconds (spec: architecture.md, hot path).
 */
import type { KindName } from "#db/resources/index";

export interface Change {
  kind: KindName;
  id: string;
  name: string;
  verb: "created" | "changed" | "deleted";
  before?: Readonly<Record<string, unknown>>;
  after?: Readonly<Record<string, unknown>>;
}

type Listener = (change: Change) => Promise<void> | void;

export interface Changes {
  on(kinds: readonly KindName[], listener: Listener): void;
  emit(change: Change): Promise<void>;
}

export function createChanges(): Changes {
  const listeners = new Map<KindName, Listener[]>();
  return {
    on(kinds, listener) {
      for (const k of kinds) listeners.set(k, [...(listeners.get(k) ?? []), listener]);
    },
    async emit(change) {
      await Promise.all((listeners.get(change.kind) ?? []).map((l) => l(change)));
    },
  };
}
