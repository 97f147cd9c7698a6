/**
 * mcpctl's own prompts for LLMs, in the project `mcpctl-system`. They are ordinary prompts, which people with the right can
 * edit. Code that uses one reads it from the store, and falls back to this text. The variables must stay: without them the
 * answer would be useless.
 */

export interface SystemPrompt {
  /** `{{variable}}` that the text must hold. */
  variables: readonly string[];
  summary: string;
  content: string;
}

export const systemPrompts: Readonly<Record<string, SystemPrompt>> = {
  "page-titles": {
    variables: ["pageCount"],
    summary: "Titles for the pages of a long tool result.",
    content: `The text below was cut into {{pageCount}} pages, each introduced by a line "--- page N ---".
Give every page a title that tells a reader what stands on it, at most ten words, in the language of the text.
Answer with a JSON array of exactly {{pageCount}} strings, the title of page 1 first, and nothing else.`,
  },
  "summarize-section": {
    variables: ["maxTokens"],
    summary: "A short form of one section of a long tool result.",
    content: `Sum up the section below in at most {{maxTokens}} tokens.
Keep names, numbers, identifiers, paths and error messages exactly as they are. Leave out what repeats.
Answer with the summary alone.`,
  },
  "select-prompts": {
    variables: ["maxPrompts"],
    summary: "Which prompts of a project help with a task.",
    content: `Below is a task, and an index of prompts: a name, a priority and a summary on each line.
Choose the prompts that somebody doing this task should read first, at most {{maxPrompts}} of them, the most useful first.
Choose none rather than one that does not help.
Answer with a JSON array of names from the index, and nothing else.`,
  },
  "describe-prompt": {
    variables: ["maxTokens"],
    summary: "The summary and chapters of a prompt, for the index.",
    content: `Describe the text below so that a reader of an index can tell whether to open it.
Answer with JSON alone: {"summary": "at most {{maxTokens}} tokens", "chapters": ["title of each part, in order"]}.`,
  },
};

/** Variables that this text lacks. */
export function missingVariables(content: string, { variables }: Pick<SystemPrompt, "variables">): string[] {
  return variables.filter((name) => !new RegExp(`\\{\\{\\s*${name}\\s*\\}\\}`).test(content));
}
