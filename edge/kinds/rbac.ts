import { z } from "zod";
import { kindsByName } from "#db/kinds/index";
import type { Binding, Operation } from "#db/kinds/parts/grants";
import { added, mayGive } from "../rights/escalation.ts";
import { governs, keepGoverned } from "../rights/lockout.ts";
import type { Behaviour } from "./behaviour.ts";

const { spec } = kindsByName.rbac;

/**
 * As it stands in the store, without defaults: what an earlier version kept may lack fields, and need not pass today's schema.
 * A service account without a cluster was nobody's, so one that gets a cluster is a new subject.
 */
const stored = z.object({
  subjects: z.array(z.object({ kind: z.string(), name: z.string(), cluster: z.string().optional() })).default([]),
  bindings: z.array(z.custom<Binding>()).default([]),
  operations: z.array(z.object({ action: z.custom<Operation>() })).default([]),
});

export const rbac: Behaviour = {
  async beforeWrite({ caller, deps, previous, next }) {
    const given = added(previous && stored.parse(previous.spec), spec.parse(next.spec));
    await mayGive(deps.store.db, caller, given, "This definition");
  },
  async withWrite({ previous, next }, tx) {
    if (previous && governs(previous.spec)) await keepGoverned(tx, next.id, next.spec);
  },
  async beforeDelete(rows, tx) {
    for (const { id, spec: gone } of rows) if (governs(gone)) await keepGoverned(tx, id, undefined);
  },
};
