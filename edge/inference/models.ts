/** `GET /v1/models`: the LLMs that the caller may run, as OpenAI's clients read them. */
import { asc, inArray, sql } from "drizzle-orm";
import { z } from "zod";
import { resources } from "#db/tables/index";
import type { Call } from "../http/call.ts";
import { visible } from "../rights/decide.ts";
import { modelNotFound } from "./read-model-request.ts";

const { llm } = resources;

export async function listModels(call: Call): Promise<Response> {
  const names = visible(call.caller.grants, "run", "llms");
  return Response.json({ object: "list", data: await find(call, names === "all" ? undefined : names) });
}

/** @throws Refusal model_not_found */
export async function showModel(call: Call): Promise<Response> {
  const nameOrId = call.params["name"] ?? "";
  const target = await call.deps.llms.get(nameOrId, call.waitUntil);
  const [model] = target ? await find(call, [target.name]) : [];
  if (!model) throw modelNotFound(nameOrId);
  return Response.json(model);
}

/** As OpenAI's, and what its clients leave alone. */
export const model = z.object({
  id: z.string(),
  object: z.literal("model"),
  created: z.int().describe("Seconds since the epoch."),
  owned_by: z.string(),
  context_window: z.int().optional().describe("Tokens."),
  status: z.string().describe("Its state."),
});
export const modelList = z.object({ object: z.literal("list"), data: z.array(model) });

const shown = z.array(
  z.object({
    name: z.string(),
    type: z.string(),
    contextWindow: z.coerce.number().nullable(),
    lifecycle: z.string(),
    state: z.string(),
    createdAt: z.string(),
  }),
);

/** Only what is shown: a list of ten thousand must not read and parse ten thousand specs. */
async function find(call: Call, names: readonly string[] | undefined) {
  const rows = await call.deps.store.db
    .select({
      name: llm.name,
      type: sql`${llm.spec}->>'type'`,
      contextWindow: sql`${llm.spec}->>'contextWindow'`,
      lifecycle: sql`${llm.status}->>'lifecycle'`,
      state: sql`${llm.status}->>'state'`,
      createdAt: llm.createdAt,
    })
    .from(llm)
    .where(names && inArray(llm.name, [...names]))
    .orderBy(asc(llm.name));
  return shown.parse(rows).map((row) => ({
    id: row.name,
    object: "model",
    created: Math.floor(Date.parse(row.createdAt) / 1000),
    // A session's id would tell nobody anything.
    owned_by: row.lifecycle === "virtual" ? "mcplocal" : row.type,
    ...(row.contextWindow === null ? {} : { context_window: row.contextWindow }),
    status: row.state,
  }));
}
