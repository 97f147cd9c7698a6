/** The table of contents of the command line. Only what is typed gets loaded. Actions on kinds are words too: `allWords`. */
import type { Word } from "./verb.ts";

export const tree: Readonly<Record<string, Word>> = {
  get: { about: "List or show resources.", load: async () => (await import("./verbs/get.ts")).default },
  describe: {
    about: "Everything about one resource, for people.",
    load: async () => (await import("./verbs/describe.ts")).default,
  },
  create: { about: "Create a resource from flags.", words: async () => (await import("./verbs/create.ts")).words },
  apply: {
    about: "Make resources be as files describe them.",
    load: async () => (await import("./verbs/apply.ts")).default,
  },
  diff: { about: "Show what apply would change.", load: async () => (await import("./verbs/diff.ts")).default },
  edit: { about: "Change a resource in your editor.", load: async () => (await import("./verbs/edit.ts")).default },
  label: { about: "Set or remove labels.", load: async () => (await import("./verbs/label.ts")).default },
  delete: { about: "Delete resources.", load: async () => (await import("./verbs/delete.ts")).default },
  explain: {
    about: "What a kind or one of its fields means.",
    load: async () => (await import("./verbs/explain.ts")).default,
  },
  events: { about: "What happened, newest first.", load: async () => (await import("./commands/events.ts")).default },
  run: { about: "Ask a model once.", load: async () => (await import("./commands/run.ts")).default },
  login: {
    about: "Log in to an edge and remember it.",
    load: async () => (await import("./commands/login.ts")).default,
  },
  logout: { about: "End the login.", load: async () => (await import("./commands/logout.ts")).default },
  whoami: { about: "Who the edge takes you for.", load: async () => (await import("./commands/whoami.ts")).default },
  auth: {
    about: "What you may do, and tokens that act as you.",
    words: async () => (await import("./commands/auth.ts")).words,
  },
  config: {
    about: "Edges and credentials that are remembered.",
    words: async () => (await import("./commands/config.ts")).words,
  },
  status: { about: "Whether the edge is well.", load: async () => (await import("./commands/status.ts")).default },
  "api-resources": {
    about: "The kinds of resource.",
    load: async () => (await import("./verbs/api-resources.ts")).default,
  },
  completion: {
    about: "A shell's completion script.",
    load: async () => (await import("./commands/completion.ts")).default,
  },
  version: {
    about: "Versions of mcpctl and of the edge.",
    load: async () => (await import("./commands/version.ts")).default,
  },
  __complete: {
    about: "What may follow the words typed so far.",
    hidden: true,
    load: async () => (await import("./commands/complete.ts")).completing(wordsFor),
  },
};

/** With a word for each action on a kind, after the words for every kind. They follow from the kinds, which take a while to load. */
export async function allWords(): Promise<Readonly<Record<string, Word>>> {
  const { actionWords } = await import("./verbs/action.ts");
  const words = Object.entries(tree);
  const here = words.findIndex(([name]) => name === "events");
  return Object.fromEntries([...words.slice(0, here), ...Object.entries(actionWords), ...words.slice(here)]);
}

/** Those that are needed to understand what is typed. */
export const wordsFor = async (first: string | undefined): Promise<Readonly<Record<string, Word>>> =>
  first !== undefined && Object.hasOwn(tree, first) ? tree : allWords();
