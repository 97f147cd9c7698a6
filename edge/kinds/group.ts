import { kindsByName } from "#db/kinds/index";
import { grantsOfGroup, mayGive } from "../rights/escalation.ts";
import { keepGovernedWithoutGroup } from "../rights/lockout.ts";
import type { Behaviour } from "./behaviour.ts";

const { spec } = kindsByName.group;

export const group: Behaviour = {
  async beforeWrite({ caller, deps, previous, next }) {
    if (!previous) return;
    const before = new Set(spec.parse(previous.spec).members);
    const joining = spec.parse(next.spec).members.some((m) => !before.has(m));
    const { db } = deps.store;
    if (joining) await mayGive(db, caller, await grantsOfGroup(db, previous.id), "Joining this group");
  },
  async withWrite({ previous, next }, tx) {
    if (!previous || spec.parse(previous.spec).members.length === 0 || spec.parse(next.spec).members.length > 0) return;
    await keepGovernedWithoutGroup(tx, next.id);
  },
};
