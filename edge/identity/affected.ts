/** Which principals a write concerns: pure. */
import { z } from "zod";
import type { Change } from "../changes.ts";
import { guardOfAccount, guardOfCluster } from "./accounts.ts";
import { guardOfToken, guardOfUser } from "./profile.ts";

/** As documents name them; `guards` need no look-up. */
export interface Affected {
  /** Names or e-mail addresses. */
  users: ReadonlySet<string>;
  groups: ReadonlySet<string>;
  /** Hashes. */
  tokens: ReadonlySet<string>;
  guards: ReadonlySet<string>;
}

const members = z.array(z.string()).catch([]);
const definition = z.object({
  subjects: z.array(z.object({ kind: z.string(), name: z.string(), cluster: z.string().optional() })).catch([]),
  bindings: z.unknown().optional(),
  operations: z.unknown().optional(),
});
type Definition = z.infer<typeof definition>;

const nobody: Affected = { users: new Set(), groups: new Set(), tokens: new Set(), guards: new Set() };

export function affectedBy(change: Omit<Change, "verb">): Affected {
  const { before, after } = change;
  switch (change.kind) {
    case "user":
      return { ...nobody, guards: new Set([guardOfUser(change.id)]) };
    case "mcptoken":
      return { ...nobody, guards: new Set([guardOfToken(change.id)]) };
    case "group":
      // Whoever was a member and stays one has lost and gained nothing.
      return {
        ...nobody,
        users: users(difference(members.parse(before?.["members"]), members.parse(after?.["members"]))),
      };
    case "rbac": {
      const was = definition.parse(before ?? {});
      const is = definition.parse(after ?? {});
      const concerned = (kind: string) => (sameGrants(was, is) ? difference : union)(named(was, kind), named(is, kind));
      return {
        users: users(concerned("User")),
        groups: concerned("Group"),
        tokens: concerned("McpToken"),
        guards: new Set((sameGrants(was, is) ? difference : union)(accounts(was), accounts(is))),
      };
    }
    case "cluster":
      return { ...nobody, guards: new Set([guardOfCluster(change.name)]) };
    default:
      return nobody;
  }
}

/** All of them, each once. */
export function together(all: readonly Affected[]): Affected {
  const joined = (part: keyof Affected) => new Set(all.flatMap((a) => [...a[part]]));
  return { users: joined("users"), groups: joined("groups"), tokens: joined("tokens"), guards: joined("guards") };
}

const named = (d: Definition, kind: string) => d.subjects.filter((s) => s.kind === kind).map((s) => s.name);
/** Guards of the service accounts that a definition names. */
const accounts = (d: Definition) =>
  d.subjects.flatMap(({ kind, name, cluster }) =>
    kind === "ServiceAccount" && cluster !== undefined ? [guardOfAccount({ cluster, name })] : [],
  );
const sameGrants = (a: Definition, b: Definition) =>
  JSON.stringify([a.bindings, a.operations]) === JSON.stringify([b.bindings, b.operations]);
const union = (a: readonly string[], b: readonly string[]) => new Set([...a, ...b]);
const difference = (a: readonly string[], b: readonly string[]) =>
  new Set([...a.filter((name) => !b.includes(name)), ...b.filter((name) => !a.includes(name))]);
/** E-mail addresses are stored in lower case, and may be written in any. */
const users = (names: ReadonlySet<string>) => new Set([...names].map((n) => (n.includes("@") ? n.toLowerCase() : n)));
