/** All verbs of the command line. A verb is loaded only when it is used. `allWords` adds the actions on kinds. */
import type { Word } from "./verb.ts";

export const tree: Readonly<Record<string, Word>> = {
  get: { about: "List or show resources.", load: async () => (await import("./verbs/get.ts")).default },
  describe: {
    about: "Show everything about a resource.",
    load: async () => (await import("./verbs/describe.ts")).default,
  },
  create: { about: "Create a resource from flags.", words: async () => (await import("./verbs/create.ts")).words },
  apply: {
    about: "Create and change resources to match files.",
    load: async () => (await import("./verbs/apply.ts")).default,
  },
  diff: { about: "Show what apply would change.", load: async () => (await import("./verbs/diff.ts")).default },
  edit: { about: "Change a resource in your editor.", load: async () => (await import("./verbs/edit.ts")).default },
  label: { about: "Set or remove labels.", load: async () => (await import("./verbs/label.ts")).default },
  delete: { about: "Delete resources.", load: async () => (await import("./verbs/delete.ts")).default },
  explain: {
    about: "Explain a kind or one of its fields.",
    load: async () => (await import("./verbs/explain.ts")).default,
  },
  events: {
    about: "List audit events, newest first.",
    load: async () => (await import("./commands/events.ts")).default,
  },
  run: { about: "Send one prompt to a model.", load: async () => (await import("./commands/run.ts")).default },
  login: {
    about: "Log in to an edge and save the login.",
    load: async () => (await import("./commands/login.ts")).default,
  },
  logout: { about: "Log out.", load: async () => (await import("./commands/logout.ts")).default },
  whoami: {
    about: "Show as whom the edge sees you.",
    load: async () => (await import("./commands/whoami.ts")).default,
  },
  auth: {
    about: "Check rights, and manage personal tokens.",
    words: async () => (await import("./commands/auth.ts")).words,
  },
  config: {
    about: "Manage contexts: saved edges and credentials.",
    words: async () => (await import("./commands/config.ts")).words,
  },
  status: { about: "Check the health of the edge.", load: async () => (await import("./commands/status.ts")).default },
  "api-resources": {
    about: "List the kinds.",
    load: async () => (await import("./verbs/api-resources.ts")).default,
  },
  completion: {
    about: "Print a completion script for a shell.",
    load: async () => (await import("./commands/completion.ts")).default,
  },
  version: {
    about: "Show the versions of mcpctl and of the edge.",
    load: async () => (await import("./commands/version.ts")).default,
  },
  __complete: {
    about: "List completions of a command line.",
    hidden: true,
    load: async () => (await import("./commands/complete.ts")).completing(wordsFor),
  },
};

/** The tree with a verb for each action. It loads the kinds, which takes some time. */
export async function allWords(): Promise<Readonly<Record<string, Word>>> {
  const { actionWords } = await import("./verbs/action.ts");
  const words = Object.entries(tree);
  const here = words.findIndex(([name]) => name === "events");
  return Object.fromEntries([...words.slice(0, here), ...Object.entries(actionWords), ...words.slice(here)]);
}

/** Those that are needed to understand what is typed. */
export const wordsFor = async (first: string | undefined): Promise<Readonly<Record<string, Word>>> =>
  first !== undefined && Object.hasOwn(tree, first) ? tree : allWords();
