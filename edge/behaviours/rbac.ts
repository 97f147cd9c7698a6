import { kindsByName } from "#db/resources/index";
import { added, mayGive } from "../access/escalation.ts";
import { governs, keepGoverned } from "../access/lockout.ts";
import type { Behaviour } from "./behaviour.ts";

const { spec } = kindsByName.rbac;

export const rbac: Behaviour = {
  beforeWrite({ caller, previous, next }) {
    mayGive(caller, added(previous && spec.parse(previous.spec), spec.parse(next.spec)), "This definition");
  },
  async withWrite({ previous, next }, tx) {
    if (previous && governs(previous.spec)) await keepGoverned(tx, next.id, next.spec);
  },
  async beforeDelete(stored, tx) {
    if (governs(stored.spec)) await keepGoverned(tx, stored.id, undefined);
  },
};
