import { and, eq, notInArray, sql } from "drizzle-orm";
import { z } from "zod";
import { kindsByName, type StatusOf } from "#db/kinds/index";
import { refuse } from "#db/protocol/errors";
import { fieldSql } from "#db/tables/derive";
import { edgeBetween, resources } from "#db/tables/index";
import { canonical } from "../resources/equal.ts";
import { mergePatch } from "../resources/merge-patch.ts";
import type { Stored } from "../resources/stored.ts";
import { openValues, sealValues } from "../secrets/index.ts";
import type { Behaviour, Ports } from "./behaviour.ts";

const llmToSecret = edgeBetween("llm", "secret");
const values = z.record(z.string(), z.string());

export const secret: Behaviour = {
  async beforeWrite({ deps, given, merge, next, previous, warn }) {
    next.spec["backend"] ??= previous?.spec["backend"] ?? (await defaultBackend(deps));
    await assertKeeps(deps, String(next.spec["backend"]));
    const { data } = given;
    if (data === undefined) {
      if (!previous) next.status = { keys: [] } satisfies StatusOf<"secret">;
      return;
    }
    const held = previous && (await openIfPossible(deps, previous, merge));
    const wanted = values.parse(merge ? mergePatch(held ?? {}, data) : data);
    if (held && canonical(held) === canonical(wanted)) return;
    const keys = Object.keys(wanted).sort();
    next.sealed = keys.length > 0 ? await sealValues(deps.settings, next.id, wanted) : null;
    next.status = { keys } satisfies StatusOf<"secret">;
    if (previous)
      for (const { name, key } of await missed(deps, previous.id, keys))
        warn(
          `The llm ${name} uses the key ${key} of this secret, which has gone: it can't be called until it is back.`,
        );
  },
};

/** LLMs that use a key of this secret which is not among `keys`. */
async function missed({ store }: Ports, id: string, keys: readonly string[]): Promise<{ name: string; key: string }[]> {
  const { llm } = resources;
  const key = sql<string>`${llm.spec}->'apiKeyRef'->>'key'`;
  return store.db
    .select({ name: llm.name, key })
    .from(llm)
    .innerJoin(llmToSecret, eq(llmToSecret.fromId, llm.id))
    .where(and(eq(llmToSecret.toId, id), keys.length > 0 ? notInArray(key, [...keys]) : undefined))
    .orderBy(llm.name)
    .limit(20);
}

/** What can't be unsealed any more can be replaced, but nothing can be merged into it. */
async function openIfPossible({ settings }: Ports, row: Stored, needed: boolean) {
  try {
    return await openValues(settings, row);
  } catch (cause) {
    if (!needed) return undefined;
    return refuse(
      "invalid_request",
      `The values of secret ${row.name} can't be unsealed, so single ones can't change.`,
      {
        hint: "Set all of them anew, or give the edge the KEY_ENCRYPTION that sealed them.",
        cause,
      },
    );
  }
}

/** @throws Refusal unsupported. One that does not exist is told with all references. */
async function assertKeeps({ store }: Ports, backend: string): Promise<void> {
  const t = resources.secretbackend;
  const [row] = await store.db
    .select({ type: sql<string>`${t.spec}->>'type'` })
    .from(t)
    .where(eq(t.name, backend));
  if (row === undefined || row.type === "plaintext") return;
  refuse("unsupported", `backend: ${backend} is of type ${row.type}, where this version can't keep secrets.`, {
    param: "backend",
    hint: "Leave backend out to use the default one.",
  });
}

async function defaultBackend({ store }: Ports): Promise<string> {
  const t = resources.secretbackend;
  const field = kindsByName.secretbackend.exactlyOne ?? "";
  const [row] = await store.db
    .select({ name: t.name })
    .from(t)
    .where(sql`${sql.raw(fieldSql(field))} = 'true'`);
  return (
    row?.name ??
    refuse("invalid_request", "backend: there is no default secretbackend.", {
      hint: "Name one, or make one the default: isDefault: true.",
    })
  );
}
