/** A provider's account becomes a user of the edge, with what the provider says they belong to: one transaction. */
import { createId } from "@paralleldrive/cuid2";
import { and, eq, inArray, sql } from "drizzle-orm";
import { kindsByName } from "#db/kinds/index";
import { refuse } from "#db/protocol/errors";
import { systemUser } from "#db/system/names";
import { identity, providedMember, resources } from "#db/tables/index";
import type { Change } from "../changes.ts";
import type { Store, Transaction } from "../store.ts";
import { type Decision, decideAccount, keepOut } from "./account.ts";
import type { Person } from "./claims.ts";
import type { Provider } from "./settings.ts";
import { candidates } from "./user-name.ts";

const { user, group } = resources;

export interface Admitted {
  user: { id: string; name: string; email: string };
  did: Decision["do"];
  /** Set where a user was made. */
  created: Change | undefined;
  /** Names of groups that the provider's word has put them into, and taken them out of. */
  joined: readonly string[];
  left: readonly string[];
}

/** @throws Refusal not_allowed for who may not log in */
export function admitPerson(store: Store, person: Person, provider: Provider): Promise<Admitted> {
  keepOut(person, provider);
  return store.transaction(async (tx) => {
    const { issuer, subject, email } = person;
    // Two first logins at once, of one account or of two with one address: the second waits, and finds what the first one made.
    await alone(tx, ["subject", issuer, subject]);
    if (person.emailVerified) await alone(tx, ["email", email]);
    const decision = decideAccount(person, await find(tx, person), provider);
    const created = decision.do === "create" ? await create(tx, person, decision.email) : undefined;
    const userId = created?.id ?? (decision.do === "create" ? "" : decision.userId);
    await tx
      .insert(identity)
      .values({ issuer, subject, id: createId(), userId, email: email ?? null })
      .onConflictDoUpdate({
        target: [identity.issuer, identity.subject],
        set: { email: email ?? null, lastLoginAt: sql`now()` },
      });
    const [row] = await tx
      .select({ id: user.id, name: user.name, email: sql<string>`${user.spec}->>'email'` })
      .from(user)
      .where(eq(user.id, userId));
    if (!row) refuse("not_authenticated", "The user was deleted meanwhile.", { hint: "Start again." });
    // Whatever a provider says: it is the product's own.
    if (row.email === systemUser.email)
      refuse("not_allowed", `Nobody logs in as ${row.email}.`, {
        hint: `Log in at ${provider.name} with another account.`,
      });
    return { user: row, did: decision.do, created, ...(await setGroups(tx, userId, person)) };
  });
}

/** Until the transaction ends. */
async function alone(tx: Transaction, what: readonly unknown[]): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${JSON.stringify(["sso", ...what])}, 0))`);
}

async function find(tx: Transaction, { issuer, subject, email, emailVerified }: Person) {
  const [known] = await tx
    .select({ userId: identity.userId })
    .from(identity)
    .where(and(eq(identity.issuer, issuer), eq(identity.subject, subject)));
  if (known || email === undefined || !emailVerified) return { known: known?.userId, byEmail: undefined };
  const [named] = await tx
    .select({ userId: user.id, linkedAs: identity.subject })
    .from(user)
    .leftJoin(identity, and(eq(identity.userId, user.id), eq(identity.issuer, issuer)))
    .where(sql`${user.spec}->>'email' = ${email}`)
    .limit(1);
  return { known: undefined, byEmail: named && { userId: named.userId, linked: named.linkedAs !== null } };
}

async function create(tx: Transaction, { displayName }: Person, email: string): Promise<Change> {
  const spec = kindsByName.user.spec.parse({ email, ...(displayName ? { displayName } : {}) });
  for (const name of candidates(email, createId().slice(0, 8))) {
    const [row] = await tx
      .insert(user)
      .values({ id: createId(), name, spec })
      .onConflictDoNothing()
      .returning({ id: user.id });
    if (row) return { kind: "user", id: row.id, name, verb: "created", after: spec };
    const [other] = await tx.select({ id: user.id }).from(user).where(sql`${user.spec}->>'email' = ${email}`);
    // Somebody else's request has made the user between looking and writing.
    if (other)
      refuse("already_exists", `A user with the address ${email} was made just now.`, { hint: "Start again." });
  }
  refuse("already_exists", `Every name that could be made from ${email} is taken.`, {
    hint: "Ask an administrator for an account.",
  });
}

/** What the provider says now, in the place of whatever any provider said before. Groups that don't exist are left out. */
async function setGroups(tx: Transaction, userId: string, { issuer, groups }: Person) {
  const wanted =
    groups.length === 0
      ? []
      : await tx
          .select({ id: group.id, name: group.name })
          .from(group)
          .where(inArray(group.name, [...groups]))
          // Held until the end, so that none goes between here and its membership.
          .for("key share");
  const had = await tx
    .select({ id: providedMember.groupId, issuer: providedMember.issuer, name: group.name })
    .from(providedMember)
    .innerJoin(group, eq(group.id, providedMember.groupId))
    .where(eq(providedMember.userId, userId));
  const stays = (h: (typeof had)[number]) => h.issuer === issuer && wanted.some((w) => w.id === h.id);
  const joined = wanted.filter((w) => !had.some((h) => h.id === w.id && h.issuer === issuer));
  for (const { id, issuer: by } of had.filter((h) => !stays(h)))
    await tx
      .delete(providedMember)
      .where(and(eq(providedMember.userId, userId), eq(providedMember.groupId, id), eq(providedMember.issuer, by)));
  if (joined.length > 0)
    await tx
      .insert(providedMember)
      .values(joined.map(({ id }) => ({ userId, groupId: id, issuer })))
      .onConflictDoNothing();
  return { joined: joined.map((g) => g.name), left: had.filter((h) => !stays(h)).map((h) => h.name) };
}
