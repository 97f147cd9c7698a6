/** The one list of what the verbs do differently for one kind. By kind name; loaded when that kind is meant. */
import type { KindHook } from "./hook.ts";

const hooks: Readonly<Record<string, (() => Promise<{ default: KindHook }>) | undefined>> = {
  secret: () => import("./secret.ts"),
  mcptoken: () => import("./mcptoken.ts"),
  user: () => import("./user.ts"),
  group: () => import("./group.ts"),
  llm: () => import("./llm.ts"),
  server: () => import("./server.ts"),
};

/** @param kind its name */
export const hooksOf = async (kind: string): Promise<KindHook> => (await hooks[kind]?.())?.default ?? {};
