/** An edge with one resource of every kind to refer to, and documents that it takes. */
import fc from "fast-check";
import { z } from "zod";
import { examples } from "#db/kinds/examples";
import { kinds } from "#db/kinds/index";
import type { Kind } from "#db/schema/kind";
import { type Api, type ApiAnswer, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { type Draft, mender, type Names } from "./valid-arbitrary.ts";

export const writable = kinds.filter((k) => k.verbs.includes("create"));

export interface World {
  edge: TestEdge;
  api: Api;
  /** Of what the world began with. What is known by what the system reports alone has no name that another store would know. */
  names: Names;
  /** `_skipAuthCheck` and its like, all on: a test asks no provider. */
  switches(kind: Kind): Record<string, true>;
  /** @returns the draft as the edge takes it in a dry run, or undefined where it takes nothing like it. */
  accepted(kind: Kind, name: string, draft: Draft): Promise<Record<string, unknown> | undefined>;
}

const openapi = z.object({
  components: z.object({
    schemas: z.record(z.string(), z.object({ properties: z.record(z.string(), z.unknown()).optional() })),
  }),
});
const refusal = z.looseObject({ errors: z.array(z.looseObject({ path: z.string() })).min(1) });

export async function startWorld(): Promise<World> {
  const edge = await startEdge();
  const api = apiOf(edge.url, (await edge.bootstrap()).token);
  const { schemas } = openapi.parse(await api.read("/api/v1/openapi.json")).components;
  const switches = ({ name }: Kind) => {
    const { properties = {} } = schemas[`${name.charAt(0).toUpperCase()}${name.slice(1)}Input`] ?? {};
    return Object.fromEntries(Object.keys(properties).flatMap((p) => (p.startsWith("_") ? [[p, true as const]] : [])));
  };
  for (const kind of writable) {
    const least = examples[kind.name]?.least;
    if (least) await api.create(kind.plural, { ...least, ...switches(kind) });
  }
  const names: Names = (name) => {
    const kind = writable.find((k) => k.name === name);
    const least = kind && !kind.alternateKey?.startsWith("status.") ? examples[kind.name]?.least : undefined;
    return least ? [least.name] : [];
  };
  const accepted: World["accepted"] = async (kind, name, draft) => {
    const mend = mender(draft);
    for (let next: Draft | undefined = draft; next; ) {
      const body = { ...next.chosen, ...switches(kind), name };
      const answer: ApiAnswer = await api.call("POST", `/api/v1/${kind.plural}?dryRun=true`, body);
      if (answer.status === 201) return { ...next.chosen, name };
      if (answer.status >= 500) throw new Error(`${JSON.stringify(body)}: ${JSON.stringify(answer.body)}`);
      const told = refusal.safeParse(answer.body);
      next = told.success ? mend(next, told.data.errors[0]?.path ?? "") : undefined;
    }
    return undefined;
  };
  return { edge, api, names, switches, accepted };
}

/** What looks like something else in YAML is quoted; a name can. */
export const nameOf = fc.oneof(
  fc.constantFrom("null", "true", "no", "y", "1e3", "0x1f", "0123", "12", "1-2", "2026-01-01"),
  fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/),
);
