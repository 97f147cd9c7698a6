/** One statement or a batch of them, as `POST /sql` of Neon's proxy takes and answers them. */
import type { IncomingHttpHeaders } from "node:http";
import pg from "pg";
import { z } from "zod";

const statement = z.object({ query: z.string(), params: z.array(z.unknown()).default([]) });
export const sqlBody = z.union([z.object({ queries: z.array(statement) }), statement]);
export type SqlBody = z.infer<typeof sqlBody>;
type Statement = z.infer<typeof statement>;

/** Values go through as Postgres' own text: the driver at the other end knows the types (`Neon-Raw-Text-Output`). */
const asText = { getTypeParser: () => (value: string | Buffer) => value };

export function statementCount(body: SqlBody): number {
  return "queries" in body ? body.queries.length : 1;
}

/** Runs what was asked; a batch is one transaction. The connection goes back to the pool outside of any transaction. */
export async function runSql(pool: pg.Pool, body: SqlBody, headers: IncomingHttpHeaders): Promise<unknown> {
  const client = await pool.connect();
  let broken = false;
  const onError = () => {
    broken = true;
  };
  client.on("error", onError);
  try {
    if (!("queries" in body)) return await run(client, body);
    await client.query(begin(headers));
    const results: unknown[] = [];
    for (const one of body.queries) results.push(await run(client, one));
    await client.query("COMMIT");
    return { results };
  } finally {
    // Also after a lone `BEGIN`, which Neon forgets with the request as well.
    if (!broken && client.getTransactionStatus() !== "I") await client.query("ROLLBACK").catch(onError);
    client.off("error", onError);
    client.release(broken);
  }
}

async function run(client: pg.PoolClient, { query, params }: Statement): Promise<unknown> {
  const result = await client.query<unknown[]>({ text: query, values: params, rowMode: "array", types: asText });
  const { command, rowCount, fields, rows } = Array.isArray(result) ? result.at(-1) : result;
  return { command, rowCount, rowAsArray: true, viaNeonProxy: true, fields, rows };
}

const isolationLevels: Readonly<Record<string, string>> = {
  ReadUncommitted: "READ UNCOMMITTED",
  ReadCommitted: "READ COMMITTED",
  RepeatableRead: "REPEATABLE READ",
  Serializable: "SERIALIZABLE",
};

/** The BEGIN that the driver's headers ask for. */
export function begin(headers: IncomingHttpHeaders): string {
  const level = isolationLevels[String(headers["neon-batch-isolation-level"])];
  return [
    "BEGIN",
    level && `ISOLATION LEVEL ${level}`,
    headers["neon-batch-read-only"] === "true" && "READ ONLY",
    headers["neon-batch-deferrable"] === "true" && "DEFERRABLE",
  ]
    .filter(Boolean)
    .join(" ");
}

const errorFields = [
  "severity",
  "code",
  "detail",
  "hint",
  "position",
  "internalPosition",
  "internalQuery",
  "where",
  "schema",
  "table",
  "column",
  "dataType",
  "constraint",
  "file",
  "line",
  "routine",
] as const;

/** Status and body that the driver turns into a NeonDbError: 400 carries what Postgres said, 503 that it could not be asked. */
export function sqlFailure(error: unknown): { status: number; body: Record<string, unknown> } {
  if (error instanceof pg.DatabaseError) {
    const fields = Object.fromEntries(errorFields.map((field) => [field, error[field] ?? null]));
    return { status: 400, body: { message: error.message, ...fields } };
  }
  // A refused connection to two addresses is an AggregateError whose own message is empty.
  const reason =
    error instanceof AggregateError
      ? error.errors.map(String).join("; ")
      : error instanceof Error
        ? error.message
        : String(error);
  return { status: 503, body: { message: `The store can't be reached: ${reason}` } };
}
