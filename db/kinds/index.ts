/** The one list of kinds. Everything generic loops over it. */
import { z } from "zod";
import { dnsLabel, labels } from "../schema/field.ts";
import type { Kind } from "../schema/kind.ts";
import { agent } from "./agent.ts";
import { auditevent } from "./auditevent.ts";
import { cluster } from "./cluster.ts";
import { group } from "./group.ts";
import { instance } from "./instance.ts";
import { llm } from "./llm.ts";
import { mcptoken } from "./mcptoken.ts";
import { bindableResources } from "./parts/grants.ts";
import { personality } from "./personality.ts";
import { project } from "./project.ts";
import { prompt } from "./prompt.ts";
import { promptrequest } from "./promptrequest.ts";
import { publisher } from "./publisher.ts";
import { rbac } from "./rbac.ts";
import { secret } from "./secret.ts";
import { secretbackend } from "./secretbackend.ts";
import { server } from "./server.ts";
import { session } from "./session.ts";
import { template } from "./template.ts";
import { thread } from "./thread.ts";
import { user } from "./user.ts";

/** By singular name. Order is the order of `api-resources` and of the documentation. */
export const kindsByName = {
  secretbackend,
  secret,
  template,
  cluster,
  llm,
  user,
  group,
  project,
  server,
  instance,
  prompt,
  promptrequest,
  agent,
  personality,
  thread,
  rbac,
  mcptoken,
  session,
  publisher,
  auditevent,
} as const;

export type KindName = keyof typeof kindsByName;
export type SpecOf<N extends KindName> = z.infer<(typeof kindsByName)[N]["spec"]>;
export type StatusOf<N extends KindName> = z.infer<(typeof kindsByName)[N]["status"]>;

export const kinds: readonly (Kind & { name: KindName })[] = Object.values(kindsByName);

/** Kinds whose rows are in a table that follows from their description. */
export type TableKindName = {
  [N in KindName]: (typeof kindsByName)[N]["stored"] extends "table" ? N : never;
}[KindName];
export type TableKind = Kind & { name: TableKindName };

export const hasTable = (k: Kind & { name: KindName }): k is TableKind => k.stored === "table";
export const tableKinds: readonly TableKind[] = kinds.filter(hasTable);

for (const k of kinds) bindableResources.add(k.permission);

/** The kind that a person means by singular, plural or short name, in any case. */
export function findKind(word: string): (Kind & { name: KindName }) | undefined {
  const w = word.toLowerCase();
  return kinds.find((k) => k.name === w || k.plural === w || k.shortNames.includes(w));
}

/**
 * What every resource has beside its kind's own fields. On the wire a resource is flat: envelope, then spec fields, then
 * `status`; spec and status never share a name with the envelope.
 */
export const envelope = z.strictObject({
  kind: z.string().optional(),
  name: dnsLabel.describe("Name of the resource. It never changes."),
  labels: labels.optional().describe("Keys and values for selectors, such as `-l team=red`."),
});

/** Fields that the edge adds when it shows a resource; accepted and ignored when one is written. */
export const reported = ["id", "resourceVersion", "createdAt", "updatedAt", "applied", "status"] as const;

/** A resource as the API shows it. */
export interface Resource {
  kind: KindName;
  id: string;
  name: string;
  labels: Record<string, string>;
  /** Opaque; changes with every write. Also the `ETag`. */
  resourceVersion: string;
  createdAt: string;
  updatedAt: string;
  /** Paths of the fields that `apply` set last: `url`, `timeouts.idle`, `labels.team`. Empty where it never did. */
  applied: string[];
  status: Record<string, unknown>;
  [specField: string]: unknown;
}
