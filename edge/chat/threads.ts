/** Beginning, listing and renaming one's threads (spec: agents.md, One turn). The generic routes read and end them. */
import { createId } from "@paralleldrive/cuid2";
import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { refuse } from "#db/protocol/errors";
import { faultsOf } from "#db/resources/faults";
import { kindsByName } from "#db/resources/index";
import { isSound } from "#db/resources/validate";
import { thread as table } from "#db/tables/index";
import type { Call } from "../http/call.ts";
import { may, ownedRows, type Route, route } from "../http/route.ts";
import { answerRow } from "../resources/answer.ts";
import { answerList } from "../resources/list.ts";
import { assertMergePatch } from "../resources/merge-patch.ts";
import { listParameters, preconditions, versioned } from "../resources/parameters.ts";
import { assertSeen, preconditionsOf } from "../resources/precondition.ts";
import { findRows } from "../resources/read.ts";
import { invalid, nameInPath, readDocument, rowInPath } from "../resources/request.ts";

const { agent, thread } = kindsByName;

const title = z.string().trim().min(1).max(200).refine(isSound, "contains a NUL character or half a surrogate pair");
const naming = z.strictObject({ title });
const beginning = naming.partial();

/** Bytes of a body. */
const largest = 16 * 1024;

/** Live threads of one owner: a program that begins one a request must not fill the store. */
const most = 10_000;

export const threadRoutes: readonly Route[] = [
  route(
    "POST",
    "/api/v1/agents/:name/threads",
    may("run", agent.permission, { name: (call) => nameInPath(call, agent) }),
    {
      tag: agent.plural,
      summary: "Begin a thread with an agent.",
      body: beginning,
      bodyOptional: true,
      answer: { status: 201, schema: "Thread", headers: { ...versioned, Location: "Where it is." } },
    },
    begin,
  ),
  route(
    "GET",
    "/api/v1/agents/:name/threads",
    may("view", agent.permission, { name: (call) => nameInPath(call, agent) }),
    {
      tag: agent.plural,
      summary: "List the caller's threads with an agent.",
      query: listParameters(thread),
      answer: { status: 200, schema: "ThreadList" },
    },
    async (call) => {
      const { name } = await rowInPath(call, agent);
      return answerList(call, thread, { scopeId: undefined, fields: [{ field: "agent", is: "equal", value: name }] });
    },
  ),
  route(
    "PATCH",
    "/api/v1/threads/:name",
    ownedRows(thread),
    {
      tag: thread.plural,
      summary: "Rename a thread.",
      body: naming,
      headers: preconditions,
      answer: { status: 200, schema: "Thread", headers: versioned },
    },
    rename,
  ),
];

async function begin(call: Call): Promise<Response> {
  const { db } = call.deps.store;
  const { name, id: agentId } = await rowInPath(call, agent);
  const { title: given = `With ${name}` } = await read(call, beginning);
  const { id: ownerId, name: ownerName } = call.caller.principal;
  const id = createId();
  const [made] = await db
    .insert(table)
    .select(
      sql`select ${id}, ${agentId}, ${ownerId}, ${ownerName}, ${given}, now(), now()
        where (select count(*) from ${table} where ${table.ownerId} = ${ownerId}) < ${most}`,
    )
    .returning({ id: table.id });
  if (!made)
    refuse("unsupported", `You have ${most} threads already.`, {
      hint: "Delete those that are over: `mcpctl delete thread`.",
    });
  return shown(call, id, 201);
}

async function rename(call: Call): Promise<Response> {
  assertMergePatch(call.request.headers);
  const { title: next } = await read(call, naming);
  const row = await rowInPath(call, thread);
  const seen = preconditionsOf(call.request.headers);
  assertSeen(thread, row, seen);
  const { id } = row;
  const own = and(eq(table.id, id), eq(table.ownerId, call.caller.principal.id));
  const renamed = await call.deps.store.db
    .update(table)
    .set({ title: next, updatedAt: sql`now()` })
    .where(seen.seen ? and(own, sql`${table.updatedAt} = ${row.updatedAt}::timestamptz`) : own)
    .returning({ id: table.id });
  if (seen.seen && renamed.length === 0)
    refuse("lost_update", `The thread ${JSON.stringify(id)} was changed meanwhile.`, {
      hint: "Read it again and repeat your change.",
    });
  return shown(call, id, 200);
}

/** @throws Refusal invalid_request that names every fault */
async function read<S extends z.ZodObject>(call: Call, schema: S): Promise<z.output<S>> {
  // To begin one, nothing need be said.
  const body = (await call.text(largest)) === "" ? {} : await readDocument(call);
  const parsed = schema.safeParse(body);
  return parsed.success ? parsed.data : invalid(faultsOf(schema, parsed.error.issues, body, {}));
}

async function shown(call: Call, id: string, status: 200 | 201): Promise<Response> {
  const reach = { id: call.caller.principal.id, owners: [] };
  const [row] = await findRows(call.deps.store.db, thread, id, { reach });
  if (!row) refuse("not_found", "The thread was deleted meanwhile.");
  const answer = answerRow(call, thread, row);
  if (status === 200) return answer;
  answer.headers.set("location", `${call.url.origin}/api/v1/${thread.plural}/${id}`);
  return new Response(answer.body, { status, headers: answer.headers });
}
