import { kindsByName } from "#db/resources/index";
import { systemProject } from "#db/system/names";
import { keepAttachable } from "./attachments.ts";
import type { Behaviour, Stored } from "./behaviour.ts";
import { fieldsChanged } from "./changed.ts";
import { assertVariables, protect, systemPromptCalled } from "./system.ts";

const { spec } = kindsByName.prompt;

/** The product's own prompt that this row is, if it is one. */
const own = (row: Pick<Stored, "name" | "spec"> | undefined) =>
  row && row.spec["project"] === systemProject ? systemPromptCalled(row.name) : undefined;

export const prompt: Behaviour = {
  beforeWrite({ previous, next }) {
    const known = own(previous);
    if (!known) return;
    const { content, project, linkTarget } = spec.parse(next.spec);
    if (project !== systemProject) protect(`The prompt ${next.name}`, `it stays in the project ${systemProject}`);
    if (linkTarget === undefined) assertVariables(next.name, known, content);
  },
  async withWrite({ previous, next }, tx) {
    if (previous && fieldsChanged(previous.spec, next.spec, ["project", "agent"]))
      await keepAttachable(tx, { prompt: next.id });
  },
  insteadOfDelete(stored) {
    const known = own(stored);
    if (!known) return undefined;
    return { spec: spec.parse({ content: known.content, summary: known.summary, project: systemProject }) };
  },
};
