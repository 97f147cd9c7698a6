/**
 * What was written, told to whoever holds a copy. Listeners run before the write is acknowledged, so that the isolate that
 * took the write never answers from an older copy; other isolates' copies live for seconds.
 */
import type { KindName } from "#db/kinds/index";

export interface Change {
  kind: KindName;
  id: string;
  name: string;
  verb: "created" | "changed" | "deleted";
  before?: Readonly<Record<string, unknown>>;
  after?: Readonly<Record<string, unknown>>;
  /** It had ended before, as a revoked token has: whoever held a copy of it was told then. */
  spent?: boolean;
}

type Listener = (changes: readonly Change[]) => Promise<void> | void;

export interface Changes {
  on(kinds: readonly KindName[], listener: Listener): void;
  /** What one write changed, together: it may be thousands. */
  emit(...changes: readonly Change[]): Promise<void>;
}

export function createChanges(): Changes {
  const listeners: { kinds: ReadonlySet<KindName>; listener: Listener }[] = [];
  return {
    on(kinds, listener) {
      listeners.push({ kinds: new Set(kinds), listener });
    },
    async emit(...changes) {
      await Promise.all(
        listeners.map(({ kinds, listener }) => {
          const concerned = changes.filter((c) => kinds.has(c.kind));
          return concerned.length > 0 ? listener(concerned) : undefined;
        }),
      );
    },
  };
}
