import type { Behaviour } from "./behaviour.ts";

export const secretbackend: Behaviour = {
  beforeWrite({ next, warn }) {
    if (next.spec["type"] === "openbao")
      warn(`The secretbackend ${next.name} is kept, and this version can't put secrets on an openbao backend.`);
  },
};
