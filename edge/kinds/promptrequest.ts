import type { StatusOf } from "#db/resources/index";
import type { Behaviour } from "./behaviour.ts";

export const promptrequest: Behaviour = {
  beforeWrite({ caller, previous, next }) {
    if (!previous) next.status = { proposedBy: caller.principal.name } satisfies StatusOf<"promptrequest">;
  },
};
