/** What the store holds of what was acknowledged. */
import pg from "pg";
import type { Answered, Ledger } from "./traffic.ts";

export interface Lost {
  records: Answered[];
  resources: string[];
}

/** Waits until nothing is missing, at most `ms`: records follow their answers. @returns what is missing then. */
export async function missing(store: string, ledger: Ledger, ms: number): Promise<Lost> {
  const deadline = Date.now() + ms;
  for (;;) {
    const lost = await compare(store, ledger).catch((e: unknown) => {
      if (Date.now() > deadline) throw e;
      return undefined;
    });
    if (lost && (lost.records.length + lost.resources.length === 0 || Date.now() > deadline)) return lost;
    await new Promise((r) => setTimeout(r, 100));
  }
}

async function compare(store: string, ledger: Ledger): Promise<Lost> {
  const client = new pg.Client({ connectionString: store });
  // A store that is killed while we look breaks the connection; the query's own error says so too.
  client.on("error", () => {});
  await client.connect();
  try {
    const events = await client.query<{ correlation: string }>(
      "select correlation from auditevent where kind = 'llm_inference_call'",
    );
    const groups = await client.query<{ name: string }>('select name from "group"');
    const recorded = new Set(events.rows.map((r) => r.correlation));
    const stored = new Set(groups.rows.map((r) => r.name));
    return {
      records: ledger.answered.filter((a) => !recorded.has(a.id)),
      resources: ledger.created.filter((name) => !stored.has(name)),
    };
  } finally {
    await client.end();
  }
}
