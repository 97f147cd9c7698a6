import { keepAttachable } from "./attachments.ts";
import type { Behaviour } from "./behaviour.ts";

export const personality: Behaviour = {
  withWrite: ({ caller, next }, tx) => keepAttachable(tx, caller, { personality: next.id }),
};
