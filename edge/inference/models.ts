/** `GET /v1/models`: the LLMs that the caller may run, as OpenAI's clients read them. */
import { and, asc, inArray } from "drizzle-orm";
import { kindsByName } from "#db/resources/index";
import { resources } from "#db/tables/index";
import { visible } from "../access/decide.ts";
import type { Call } from "../call.ts";
import { modelNotFound } from "./asked.ts";

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

async function find(call: Call, names: readonly string[] | undefined) {
  const rows = await call.deps.store.db
    .select({ name: llm.name, spec: llm.spec, status: llm.status, createdAt: llm.createdAt })
    .from(llm)
    .where(and(names ? inArray(llm.name, [...names]) : undefined))
    .orderBy(asc(llm.name));
  return rows.map((row) => {
    const spec = kindsByName.llm.spec.parse(row.spec);
    const status = kindsByName.llm.status.parse(row.status);
    return {
      id: row.name,
      object: "model",
      created: Math.floor(Date.parse(row.createdAt) / 1000),
      // A session's id would tell nobody anything.
      owned_by: status.lifecycle === "virtual" ? "mcplocal" : spec.type,
      ...(spec.contextWindow === undefined ? {} : { context_window: spec.contextWindow }),
      status: status.state,
    };
  });
}
