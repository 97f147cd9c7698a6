import { kindsByName } from "#db/kinds/index";
import { refuse } from "#db/protocol/errors";
import type { ActionsOf } from "./action.ts";
import { keepAttachable } from "./attachments.ts";
import type { Behaviour } from "./behaviour.ts";

const { spec } = kindsByName.personality;

export const personality: Behaviour = {
  withWrite: ({ caller, next }, tx) => keepAttachable(tx, caller, { personality: next.id }),
};

export const personalityActions: ActionsOf<"personality"> = {
  attach: {
    change({ row, given }) {
      const { prompts } = spec.parse(row.spec);
      if (prompts.some((a) => a.prompt === given.prompt))
        refuse("already_exists", `The prompt ${given.prompt} is attached to ${row.name} already.`, {
          param: "prompt",
          hint: "To give it another priority, detach it first, or change the personality.",
        });
      return { prompts: [...prompts, given] };
    },
  },
  detach: {
    change({ row, given }) {
      const { prompts } = spec.parse(row.spec);
      const rest = prompts.filter((a) => a.prompt !== given.prompt);
      if (rest.length === prompts.length)
        refuse(
          "not_found",
          `The prompt ${JSON.stringify(given.prompt.slice(0, 253))} is not attached to ${row.name}.`,
          {
            hint: `\`mcpctl describe personality ${row.name}\` shows what is.`,
          },
        );
      return { prompts: rest };
    },
  },
};
