/** Which principals a write concerns, and telling their Guards before the write is acknowledged (docs/decisions/guard-per-principal.md). */
import { waitUntil } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { z } from "zod";
import { providedMember, resources } from "#db/tables/index";
import type { Changes } from "../changes.ts";
import { each } from "../each.ts";
import { log } from "../log.ts";
import type { Objects } from "../objects/named.ts";
import type { Store } from "../store.ts";
import { type Affected, affectedBy, together } from "./affected.ts";
import type { GuardPort } from "./guard-port.ts";
import { groupToUser, guardOfToken, guardOfUser } from "./profile.ts";

/** Waits between tries at telling, in milliseconds; together less than the 30 s that work may last after an answer. */
const BACKOFF_MS = [100, 400, 1_500, 4_000, 8_000, 12_000] as const;
/** Guards told at once: each is an object with files of its own, and a group may have thousands of members. */
const AT_ONCE = 50;

interface Deps {
  guards: Objects<GuardPort>;
  store: Store;
  changes: Changes;
  /** Drops what this isolate holds. */
  forget: (guards: ReadonlySet<string>) => void;
}

export function invalidateOnChange(deps: Deps): void {
  deps.changes.on(["rbac", "group", "user", "mcptoken", "cluster"], async (changes) => {
    const affected = changes.filter((c) => !c.spent).map(affectedBy);
    if (affected.length > 0) await persist(async () => notify(deps, await resolve(deps.store, together(affected))));
  });
}

/** Tells these Guards that something they hold has changed, and forgets here what came from them. */
export async function notify(deps: Pick<Deps, "guards" | "forget">, guards: ReadonlySet<string>): Promise<void> {
  deps.forget(guards);
  await each(guards, AT_ONCE, (g) => persist(() => deps.guards.getByName(g).invalidate()));
  // Once more: while Guards were being told, a request may have fetched what one of them knew before.
  deps.forget(guards);
}

/** The first try is waited for; further ones go on after the answer. What is lost in the end, Guards' own renewal catches. */
async function persist(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch {
    waitUntil(retry(work));
  }
}

async function retry(work: () => Promise<void>): Promise<void> {
  let cause: unknown;
  for (const wait of BACKOFF_MS) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    try {
      return await work();
    } catch (error) {
      cause = error;
    }
  }
  log("guard-not-told", { cause });
}

/** Names, addresses and hashes become Guards' names. Asks the store only where there is something to resolve. */
async function resolve(store: Store, affected: Affected): Promise<Set<string>> {
  const guards = new Set(affected.guards);
  const { user, group, mcptoken } = resources;
  const { users, groups, tokens } = affected;
  if (users.size + groups.size + tokens.size === 0) return guards;
  const { rows } = await store.db.execute(sql`
    select 'user' as kind, ${user.id} as id from ${user} where ${user.name} in ${list(users)} or ${user.spec}->>'email' in ${list(users)}
    union
    select 'user', ${groupToUser.toId} from ${groupToUser} join ${group} on ${group.id} = ${groupToUser.fromId}
      where ${group.name} in ${list(groups)}
    union
    select 'user', ${providedMember.userId} from ${providedMember} join ${group} on ${group.id} = ${providedMember.groupId}
      where ${group.name} in ${list(groups)}
    union
    select 'token', ${mcptoken.id} from ${mcptoken} where ${mcptoken.status}->>'hash' in ${list(tokens)}`);
  for (const { kind, id } of z.array(z.object({ kind: z.enum(["user", "token"]), id: z.string() })).parse(rows))
    guards.add(kind === "user" ? guardOfUser(id) : guardOfToken(id));
  return guards;
}

/** One parameter however many names there are. */
const list = (names: ReadonlySet<string>) =>
  sql`(select json_array_elements_text(${JSON.stringify([...names])}::json))`;
