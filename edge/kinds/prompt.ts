import { kindsByName } from "#db/kinds/index";
import { promptOwners } from "#db/kinds/parts/prompt-fields";
import { refuse } from "#db/protocol/errors";
import { systemProject } from "#db/system/names";
import type { Caller } from "../identity/principal.ts";
import { fieldsChanged } from "../resources/changed.ts";
import type { Stored } from "../resources/stored.ts";
import { allows, writeBinding } from "../rights/decide.ts";
import { keepAttachable } from "./attachments.ts";
import type { Behaviour } from "./behaviour.ts";
import { assertVariables, protect, systemPromptCalled } from "./system.ts";

const { spec } = kindsByName.prompt;

/** The product's own prompt that this row is, if it is one. */
const own = (row: Pick<Stored, "name" | "spec"> | undefined) =>
  row && row.spec["project"] === systemProject ? systemPromptCalled(row.name) : undefined;

/**
 * A prompt of a project or an agent is told to whoever works with it. Whose bindings name single prompts may write those, and
 * not, by them, what anybody is told. @throws Refusal not_allowed
 */
function mayPlace({ grants }: Caller, previous: Stored | undefined, next: Pick<Stored, "name" | "spec">): void {
  if (allows(grants, { role: previous ? "edit" : "create", resource: kindsByName.prompt.permission })) return;
  for (const field of promptOwners) {
    const name = next.spec[field];
    if (typeof name !== "string" || name === previous?.spec[field]) continue;
    const demand = { role: "edit", resource: kindsByName[field].permission, name } as const;
    if (allows(grants, demand)) continue;
    const permission = writeBinding(demand);
    refuse(
      "not_allowed",
      `This would give the prompt ${next.name} to the ${field} ${name}: that needs ${permission}.`,
      {
        permission,
        hint: `Ask somebody who looks after that ${field}, or propose it: \`mcpctl create promptrequest\`.`,
      },
    );
  }
}

export const prompt: Behaviour = {
  beforeWrite({ caller, previous, next }) {
    mayPlace(caller, previous, next);
    const known = own(previous) ?? own(next);
    if (!known) return;
    const { content, project, linkTarget } = spec.parse(next.spec);
    if (project !== systemProject) protect(`The prompt ${next.name}`, `it stays in the project ${systemProject}`);
    if (linkTarget === undefined) assertVariables(next.name, known, content);
  },
  async withWrite({ caller, previous, next }, tx) {
    if (previous && fieldsChanged(previous.spec, next.spec, ["project", "agent"]))
      await keepAttachable(tx, caller, { prompt: next.id });
  },
  insteadOfDelete(stored) {
    const known = own(stored);
    if (!known) return undefined;
    return { spec: spec.parse({ content: known.content, summary: known.summary, project: systemProject }) };
  },
};
