/** What a row is, for whoever reads, writes, shows or compares one. Imports nothing of the edge. */
import type { Sealed } from "#db/crypto/sealing";
import type { KindName } from "#db/kinds/index";
import type { Kind } from "#db/schema/kind";

export type NamedKind = Kind & { name: KindName };

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
