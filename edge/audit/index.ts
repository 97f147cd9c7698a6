/** Audit events on their way from an isolate to their buffer. */
import type { AuditEvent } from "#db/protocol/audit";
import type { Objects } from "../objects/named.ts";
import { Gathering } from "./gathering.ts";

export interface Audit {
  /** Never throws and never waits: events are gathered for at most 50 ms and handed over in one call. */
  record(event: Omit<AuditEvent, "id" | "time">, waitUntil: (work: Promise<unknown>) => void): void;
}

/** What a buffer does, for who hands events over. */
export interface AuditPort {
  /** @param events JSON array of AuditEvent. */
  append(events: string, count: number): Promise<void>;
}

/** One object takes about a thousand calls a second; an isolate makes at most twenty. */
const SHARDS = 4;

export function createAudit(buffers: Objects<AuditPort>): Audit {
  const shard = `audit-${Math.floor(Math.random() * SHARDS)}`;
  const gathering = new Gathering({
    now: Date.now,
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    handOver: async (events, count) => {
      await buffers.getByName(shard).append(events, count);
    },
  });
  return { record: (event, waitUntil) => gathering.add(event, waitUntil) };
}
