import type { StatusOf } from "#db/kinds/index";
import { keepAttachable } from "./attachments.ts";
import type { Behaviour } from "./behaviour.ts";

export const agent: Behaviour = {
  beforeWrite({ previous, next }) {
    if (!previous) next.status = { lifecycle: "public", state: "active" } satisfies StatusOf<"agent">;
  },
  async withWrite({ caller, previous, next }, tx) {
    // Another project's prompts are no longer its own.
    if (previous && previous.spec["project"] !== next.spec["project"])
      await keepAttachable(tx, caller, { agent: next.id });
  },
};
