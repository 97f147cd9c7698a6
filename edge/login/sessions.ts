/** A user's ways in, as rows: a login that rotates, and long-lived personal tokens. Hashes only. */
import { createId } from "@paralleldrive/cuid2";
import { and, desc, eq, gt, isNull, or, sql } from "drizzle-orm";
import { mintToken } from "#db/crypto/token";
import { refuse } from "#db/protocol/errors";
import type { EndedBecause } from "#db/tables/credentials";
import { session } from "#db/tables/index";
import { hashCredential } from "../identity/credential.ts";
import type { Store, Transaction } from "../store.ts";
import { familyHash, isRefreshToken, mintRefreshToken, type SuccessorKey, successorOf } from "./refresh-token.ts";
import { judgeRenewal, LOGIN_DAYS } from "./renewal.ts";

/** Live logins of one user; the oldest end. A Guard holds all of them. */
const MAX_LOGINS = 100;
/** Live personal tokens of one user. */
const MAX_PERSONAL = 100;

/** Either way to the store: both are drizzle on Postgres, and only what they share is used. */
type Writer = Pick<Transaction, "insert" | "select" | "execute"> | Pick<Store["db"], "insert" | "select" | "execute">;

/** A login that is not renewed for so long has ended; every renewal starts the span again. */
const span = sql.raw(`interval '${LOGIN_DAYS} days'`);

/** Neither ended nor expired. */
export const live = () =>
  and(isNull(session.revokedAt), or(isNull(session.expiresAt), gt(session.expiresAt, sql`now()`)));

export interface OpenedLogin {
  sessionId: string;
  refreshToken: string;
}

/**
 * Ends the oldest where there are too many, and forgets those that ended long ago: a program may log in every minute for years.
 * What ended because of a copy is remembered as long as a login lives: whoever had it hears so when they come back.
 * @param name what the session is called in lists: the client's own name for itself.
 */
export async function openLogin(db: Writer, userId: string, name: string): Promise<OpenedLogin> {
  const refreshToken = mintRefreshToken();
  const [hash, family] = [hashCredential(refreshToken), familyHash(refreshToken)];
  const sessionId = createId();
  const expiresAt = sql`now() + ${span}`;
  await db.insert(session).values({ id: sessionId, userId, kind: "login", name, hash, family, expiresAt });
  await db.execute(sql`
    with gone as (
      delete from ${session} where ${session.userId} = ${userId}
        and least(${session.revokedAt}, ${session.expiresAt}) < now() - interval '1 day'
        and (${session.endedBecause} is distinct from 'reused' or ${session.revokedAt} < now() - ${span}))
    update ${session} set revoked_at = now(), ended_because = 'too-many' where ${session.id} in (
      select ${session.id} from ${session} where ${session.userId} = ${userId} and ${session.kind} = 'login' and ${live()}
      order by coalesce(${session.rotatedAt}, ${session.createdAt}) desc offset ${MAX_LOGINS})`);
  return { sessionId, refreshToken };
}

interface Renewed extends OpenedLogin {
  userId: string;
}

export type Renewal =
  | ({ is: "renewed" } & Renewed)
  /** The token was renewed a moment ago, and nobody has used its successor: the answer got lost, or two asked at once. */
  | ({ is: "repeated" } & Renewed)
  /** The token had been renewed before: whoever sent it, somebody has a copy. The session has been ended. */
  | { is: "reused"; userId: string; sessionId: string }
  /** By whom or what; undefined where that is not known. */
  | { is: "ended"; because: EndedBecause | "expired" | undefined }
  | { is: "unknown" };

/** All times are the store's: edges, whose clocks differ, renew one login. Of two at once the row's lock lets one be the first. */
export async function renewLogin(db: Store["db"], key: SuccessorKey, refreshToken: string): Promise<Renewal> {
  if (!isRefreshToken(refreshToken)) return { is: "unknown" };
  const next = successorOf(key, refreshToken);
  const [hash, nextHash, family] = [hashCredential(refreshToken), hashCredential(next), familyHash(refreshToken)];
  const [renewed] = await db
    .update(session)
    .set({ hash: nextHash, family, rotatedAt: sql`now()`, expiresAt: sql`now() + ${span}` })
    .where(and(eq(session.hash, hash), eq(session.kind, "login"), live()))
    .returning({ userId: session.userId, sessionId: session.id });
  if (renewed) return { is: "renewed", ...renewed, refreshToken: next };
  const [row] = await db
    .select({
      userId: session.userId,
      sessionId: session.id,
      hash: session.hash,
      revoked: sql<boolean>`${session.revokedAt} is not null`,
      because: session.endedBecause,
      expired: sql<boolean>`coalesce(${session.expiresAt} <= now(), false)`,
      renewedAgo: sql<number | null>`extract(epoch from now() - ${session.rotatedAt})::float8`,
    })
    .from(session)
    .where(and(or(eq(session.family, family), eq(session.hash, hash)), eq(session.kind, "login")));
  if (!row) return { is: "unknown" };
  const { userId, sessionId } = row;
  const judged = judgeRenewal(row, nextHash);
  switch (judged.is) {
    case "repeated":
      return { is: "repeated", userId, sessionId, refreshToken: next };
    case "reused":
      await endSession(db, sessionId, "reused");
      return { is: "reused", userId, sessionId };
    case "ended":
      return judged;
  }
}

export interface PersonalToken {
  id: string;
  name: string;
  createdAt: string;
  expiresAt: string | null;
}

const shown = { id: session.id, name: session.name, createdAt: session.createdAt, expiresAt: session.expiresAt };

export async function listPersonal(db: Store["db"], userId: string): Promise<PersonalToken[]> {
  const rows = await db
    .select(shown)
    .from(session)
    .where(and(eq(session.userId, userId), eq(session.kind, "personal"), live()))
    .orderBy(desc(session.createdAt), session.id);
  return rows.map(asShown);
}

/** @throws Refusal already_exists for a name in use, unsupported when there are too many */
export async function mintPersonal(
  db: Writer,
  userId: string,
  name: string,
  expiresAt: Date | undefined,
): Promise<PersonalToken & { token: string; hash: string }> {
  const others = await db
    .select({ name: session.name })
    .from(session)
    .where(and(eq(session.userId, userId), eq(session.kind, "personal"), live()));
  if (others.some((o) => o.name === name))
    refuse("already_exists", `You have a token called ${name} already.`, {
      hint: "Choose another name, or delete that one first.",
    });
  if (others.length >= MAX_PERSONAL)
    refuse("unsupported", `You have ${MAX_PERSONAL} tokens already.`, { hint: "Delete those that are not used." });
  const token = mintToken();
  const hash = hashCredential(token);
  const createdAt = iso(Date.now());
  const minted = { id: createId(), name, createdAt, expiresAt: expiresAt?.toISOString() ?? null };
  await db.insert(session).values({ ...minted, userId, kind: "personal", hash });
  return { ...minted, token, hash };
}

/** @returns the user whose it was; undefined where there was no such session to end. */
export async function endSession(db: Store["db"], id: string, endedBecause: EndedBecause): Promise<string | undefined> {
  const ended = await db
    .update(session)
    .set({ revokedAt: sql`now()`, endedBecause })
    .where(and(eq(session.id, id), isNull(session.revokedAt)))
    .returning({ userId: session.userId });
  return ended[0]?.userId;
}

/** Whoever changes a password locks out who knew the old one; tokens were minted on purpose and stay. */
export async function endLogins(tx: Transaction, userId: string): Promise<void> {
  await tx
    .update(session)
    .set({ revokedAt: sql`now()`, endedBecause: "password-changed" })
    .where(and(eq(session.userId, userId), eq(session.kind, "login"), isNull(session.revokedAt)));
}

const iso = (ms: number) => new Date(ms).toISOString();

/** Postgres writes `2026-11-23 21:10:18+00`; the API writes ISO 8601. */
const asShown = (row: PersonalToken): PersonalToken => ({
  ...row,
  createdAt: iso(Date.parse(row.createdAt)),
  expiresAt: row.expiresAt && iso(Date.parse(row.expiresAt)),
});
