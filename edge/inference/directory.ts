/** LLMs as inference needs them: where each is and with which key, held in the isolate. */
import { and, eq, or } from "drizzle-orm";
import { kindsByName, type SpecOf } from "#db/kinds/index";
import { baseUrlOf } from "#db/kinds/parts/providers";
import type { BaseUrl } from "#db/protocol/base-url";
import { Refusal } from "#db/protocol/errors";
import { readCredential } from "#db/protocol/header-value";
import { edgeBetween, resources } from "#db/tables/index";
import { Fresh, type WaitUntil } from "../cache/fresh.ts";
import type { Changes } from "../changes.ts";
import { within } from "../deadline.ts";
import { assertPublic } from "../http/public-url.ts";
import { openValues } from "../secrets/index.ts";
import type { Settings } from "../settings.ts";
import { isStoreDown, type Store, storeUnavailable } from "../store.ts";
import { dialectOf } from "./dialects/index.ts";
import { lineTo } from "./providers/line.ts";
import type { Target } from "./target.ts";

export interface Llms {
  /** By name or id. Undefined where there is no such LLM. @throws Refusal store_unavailable */
  get(nameOrId: string, waitUntil: WaitUntil): Target | Promise<Target | undefined> | undefined;
}

/** A key is held for as long as a copy of it may serve: a minute. */
const freshness = { renewAfter: 2_000, freshFor: 5_000, staleFor: 60_000, size: 5_000 };

/** A store that takes longer than this, in milliseconds, counts as down: a copy serves meanwhile. */
const PATIENCE = 5_000;

const { llm, secret } = resources;
const llmToSecret = edgeBetween("llm", "secret");

export function createLlms(deps: { settings: Settings; store: Store; changes: Changes }): Llms {
  const source = {
    isDown: isStoreDown,
    now: Date.now,
    load: async (name: string) => {
      const row = await within(findRow(deps.store, name), PATIENCE, () => storeUnavailable(undefined));
      return row && targetOf(row, deps.settings);
    },
  };
  const fresh = new Fresh<Target>(source, freshness);
  deps.changes.on(["llm"], (changes) => {
    for (const { name, id } of changes) for (const known of [name, id]) fresh.forget(known);
  });
  deps.changes.on(["secret"], () => fresh.forgetAll());
  return { get: (nameOrId, waitUntil) => fresh.get(nameOrId, waitUntil) };
}

async function findRow(store: Store, nameOrId: string) {
  const rows = await store.db
    .select({
      id: llm.id,
      name: llm.name,
      spec: llm.spec,
      status: llm.status,
      secretId: secret.id,
      secretName: secret.name,
      sealed: secret.sealed,
    })
    .from(llm)
    .leftJoin(llmToSecret, and(eq(llmToSecret.fromId, llm.id), eq(llmToSecret.path, "apiKeyRef.name")))
    .leftJoin(secret, eq(secret.id, llmToSecret.toId))
    .where(or(eq(llm.name, nameOrId), eq(llm.id, nameOrId)));
  // Somebody may have named one by another's id: a name comes first, as on every route.
  return rows.find((row) => row.name === nameOrId) ?? rows[0];
}

type Row = NonNullable<Awaited<ReturnType<typeof findRow>>>;

/** Whatever is wrong with an LLM is found here, and told to whoever asks it. */
async function targetOf(row: Row, settings: Settings): Promise<Target> {
  const { id, name } = row;
  const spec = kindsByName.llm.spec.parse(row.spec);
  const status = kindsByName.llm.status.parse(row.status);
  const dialect = dialectOf(spec.type);
  const llm = { id, name, spec, status, dialect };
  if (status.lifecycle === "virtual") {
    const session = status.publisher;
    return session === undefined
      ? { is: "nowhere", ...llm, why: new Refusal("publisher_offline", `Nobody publishes LLM ${name} now.`) }
      : { is: "publisher", ...llm, session };
  }
  const { cluster } = spec;
  if (cluster !== undefined) {
    const why = cannotUse(name, `it is reached through the cluster ${cluster}, which this version can't do`);
    return { is: "cluster", ...llm, cluster, why };
  }
  try {
    const base = baseOf(name, spec, settings);
    const key = await keyOf(row, spec, settings);
    const header = key === undefined ? undefined : dialect.keyHeader(spec.type, key);
    return { is: "provider", ...llm, base, line: lineTo(base.root), key, keyHeader: header };
  } catch (error) {
    const why = error instanceof Refusal ? error : cannotUse(name, "its key can't be unsealed", error);
    return { is: "nowhere", ...llm, why };
  }
}

function baseOf(name: string, spec: SpecOf<"llm">, settings: Settings): BaseUrl {
  let base: BaseUrl | undefined;
  try {
    base = baseUrlOf(spec.type, spec.url);
  } catch (cause) {
    throw cannotUse(name, "its url is not valid", cause);
  }
  if (base === undefined) throw cannotUse(name, `it has no url, and ${spec.type} has no default`);
  // When it was written, another setting may have held.
  try {
    assertPublic(base.root, settings.allowPrivateUpstreams);
  } catch (cause) {
    throw cannotUse(name, cause instanceof Refusal ? cause.message : "its url is not valid", cause);
  }
  return base;
}

async function keyOf(row: Row, spec: SpecOf<"llm">, settings: Settings): Promise<string | undefined> {
  if (!spec.apiKeyRef) return undefined;
  const { name, key } = spec.apiKeyRef;
  const values = row.secretId ? await openValues(settings, { id: row.secretId, sealed: row.sealed }) : {};
  const value = Object.hasOwn(values, key) ? values[key] : undefined;
  if (value === undefined) throw cannotUse(row.name, `secret ${name} has no value for ${key}`);
  const read = readCredential(value);
  if (read.fault !== undefined)
    throw cannotUse(row.name, `the key ${key} of secret ${name} ${read.fault}, so it can't be sent to the provider`);
  return read.value;
}

function cannotUse(name: string, why: string, cause?: unknown): Refusal {
  return new Refusal("provider_failed", `LLM ${name} can't be called: ${why}.`, {
    hint: `Your own token is fine; whoever manages the LLM can mend that: \`mcpctl describe llm ${name}\`.`,
    lasting: true,
    ...(cause === undefined ? {} : { cause }),
  });
}
