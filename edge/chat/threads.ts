/** Beginning and listing one's threads. The generic routes read, rename and end them. */
import { createId } from "@paralleldrive/cuid2";
import { sql } from "drizzle-orm";
import type { z } from "zod";
import { kindsByName } from "#db/kinds/index";
import { refuse } from "#db/protocol/errors";
import { faultsOf } from "#db/schema/faults";
import { thread as table } from "#db/tables/index";
import type { Call } from "../http/call.ts";
import { may, type Route, route } from "../http/route.ts";
import { answerRow } from "../resources/answer.ts";
import { answerList } from "../resources/list.ts";
import { listParameters, versioned } from "../resources/parameters.ts";
import { findRows } from "../resources/read.ts";
import { invalid, nameInPath, readDocument, rowInPath } from "../resources/request.ts";

const { agent, thread } = kindsByName;

const beginning = thread.actions.rename.takes.partial();

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
  return shown(call, id);
}

/** @throws Refusal invalid_request that names every fault */
async function read<S extends z.ZodObject>(call: Call, schema: S): Promise<z.output<S>> {
  // To begin one, nothing need be said.
  const body = (await call.text(largest)) === "" ? {} : await readDocument(call);
  const parsed = schema.safeParse(body);
  return parsed.success ? parsed.data : invalid(faultsOf(schema, parsed.error.issues, body, {}));
}

async function shown(call: Call, id: string): Promise<Response> {
  const reach = { id: call.caller.principal.id, owners: [] };
  const [row] = await findRows(call.deps.store.db, thread, id, { reach });
  if (!row) refuse("not_found", "The thread was deleted meanwhile.");
  const answer = answerRow(call, thread, row);
  answer.headers.set("location", `${call.url.origin}/api/v1/${thread.plural}/${id}`);
  return new Response(answer.body, { status: 201, headers: answer.headers });
}
