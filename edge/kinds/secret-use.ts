/** To send a secret to a place of one's choice is to read it, so that takes the right to look after it. */

import { kindsByName } from "#db/kinds/index";
import { refuse } from "#db/protocol/errors";
import type { Caller } from "../identity/principal.ts";
import { allows } from "../rights/decide.ts";

/** @throws Refusal not_allowed that names the first secret */
export function mayHandOver(caller: Caller, secrets: readonly string[], to: string, hint?: string): void {
  const resource = kindsByName.secret.permission;
  for (const name of secrets) {
    if (allows(caller.grants, { role: "edit", resource, name })) continue;
    refuse(
      "not_allowed",
      `This would send the secret ${JSON.stringify(name)} to ${to}: that needs edit:${resource}:${name}.`,
      {
        permission: `edit:${resource}:${name}`,
        hint: hint ?? "Ask somebody who looks after the secret.",
      },
    );
  }
}
