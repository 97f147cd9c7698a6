/** What belongs to the system stays as the system needs it. */
import { refuse } from "#db/protocol/errors";
import { missingVariables, type SystemPrompt, systemPrompts } from "#db/system/prompts";

/** @throws Refusal not_allowed */
export function protect(what: string, why: string): never {
  refuse("not_allowed", `${what} belongs to the system: ${why}.`, {
    permission: "none: nobody may",
    hint: "It is made anew by every start, so leave it as it is.",
  });
}

/** Undefined for a prompt that is not the product's own. */
export const systemPromptCalled = (name: string): SystemPrompt | undefined =>
  Object.hasOwn(systemPrompts, name) ? systemPrompts[name] : undefined;

/** @throws Refusal invalid_request that names what the text must hold */
export function assertVariables(name: string, known: SystemPrompt, content: string): void {
  const missing = missingVariables(content, known);
  if (missing.length === 0) return;
  const list = missing.map((v) => `{{${v}}}`).join(", ");
  refuse("invalid_request", `content: must hold ${list}, which the system fills in.`, {
    param: "content",
    faults: [
      { path: "content", message: `lacks ${list}`, expected: known.variables.map((v) => `{{${v}}}`).join(", ") },
    ],
    hint: `\`mcpctl delete prompt ${name}\` puts the original back.`,
  });
}
