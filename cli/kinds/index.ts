/** What `create` does differently for one kind. By kind name; loaded when that kind is created. */
import type { Flags, Source, Tools } from "../verb.ts";

export interface CreateHook {
  examples?: readonly string[];
  /** Beside those that follow from the schema. */
  flags?: Flags;
  /** Fields whose flag from the schema is left out, because `flags` has a better one. */
  replaces?: readonly string[];
  /** Flag by the field that it writes, for faults to name, where the field's own flag is left out. */
  writtenAs?: Readonly<Record<string, string>>;
  /** Makes this kind from something else: `--from kind/name`, with the values of `--set key=value` for it to use. */
  from?: {
    about: string;
    words?: Source;
    /** Fields that flags then overlay. @throws Failure where there is no such thing, or a value is missing or not known. */
    spec(from: string, values: Readonly<Record<string, string>>, tools: Tools): Promise<Record<string, unknown>>;
  };
  /** May complete the spec; what it returns goes into the body as it is. */
  prepare?(
    spec: Record<string, unknown>,
    given: Readonly<Record<string, unknown>>,
    tools: Tools,
  ): Promise<Record<string, unknown> | undefined>;
}

export const createHooks: Readonly<Record<string, (() => Promise<CreateHook>) | undefined>> = {
  secret: async () => (await import("./secret.ts")).default,
  mcptoken: async () => (await import("./mcptoken.ts")).default,
  user: async () => (await import("./user.ts")).default,
  llm: async () => (await import("./llm.ts")).default,
  server: async () => (await import("./server.ts")).default,
};
