/** What reading and writing rows of any kind speak of. */
import type { Sealed } from "#db/crypto/sealing";
import type { KindName } from "#db/resources/index";
import type { Kind } from "#db/resources/kind";
import type { Store } from "../store.ts";

export type NamedKind = Kind & { name: KindName };
export type Reader = Store["db"];

/** A row, as the generic store reads and writes it. */
export interface Stored {
  id: string;
  name: string;
  scopeId: string | null;
  labels: Record<string, string>;
  spec: Record<string, unknown>;
  status: Record<string, unknown>;
  sealed: Sealed | null;
  /** Paths of the fields that apply set last. */
  applied: string[];
  revision: number;
  createdAt: string;
  updatedAt: string;
}
