import { keepAttachable } from "./attachments.ts";
import type { Behaviour } from "./behaviour.ts";

export const personality: Behaviour = {
  withWrite: ({ next }, tx) => keepAttachable(tx, { personality: next.id }),
};
