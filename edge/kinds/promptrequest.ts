import { kindsByName, type StatusOf } from "#db/kinds/index";
import type { ActionsOf } from "./action.ts";
import type { Behaviour } from "./behaviour.ts";

export const promptrequest: Behaviour = {
  beforeWrite({ caller, previous, next }) {
    if (!previous) next.status = { proposedBy: caller.principal.name } satisfies StatusOf<"promptrequest">;
  },
};

export const promptrequestActions: ActionsOf<"promptrequest"> = {
  approve: {
    change({ row }) {
      const { reason: _, ...prompt } = kindsByName.promptrequest.spec.parse(row.spec);
      return prompt;
    },
  },
};
