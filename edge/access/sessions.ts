/** A user's ways in, as rows: a login that rotates, and long-lived personal tokens. Hashes only. */
import { createId } from "@paralleldrive/cuid2";
import { and, desc, eq, gt, isNull, or, sql } from "drizzle-orm";
import { familyOf, looksLikeToken, mintToken } from "#db/crypto/token";
import { refuse } from "#db/protocol/errors";
import { session } from "#db/tables/index";
import type { Store, Transaction } from "../store.ts";
import { hashCredential } from "./credential.ts";

/** A login that is not renewed for so long has ended; every renewal starts the span again. Milliseconds. */
const LOGIN_MS = 30 * 86_400_000;

/** Live logins of one user; the oldest end. A Guard holds all of them. */
const MAX_LOGINS = 100;
/** Live personal tokens of one user. */
const MAX_PERSONAL = 100;

/** Never accepted as a bearer: only `findPointer`'s tokens are. */
const REFRESH_PREFIX = "mcpctl_rt_";

/** Either way to the store: both are drizzle on Postgres, and only what they share is used. */
type Writer = Pick<Transaction, "insert" | "select" | "execute"> | Pick<Store["db"], "insert" | "select" | "execute">;

/** Neither ended nor expired. */
export const live = () =>
  and(isNull(session.revokedAt), or(isNull(session.expiresAt), gt(session.expiresAt, sql`now()`)));

export interface OpenedLogin {
  sessionId: string;
  refreshToken: string;
}

/**
 * Ends the oldest where there are too many, and forgets those that ended long ago: a program may log in every minute for years.
 * @param name what the session is called in lists: the client's own name for itself.
 */
export async function openLogin(db: Writer, userId: string, name: string, now: number): Promise<OpenedLogin> {
  const refreshToken = mintToken(REFRESH_PREFIX);
  const sessionId = createId();
  const hash = hashCredential(refreshToken);
  const family = hashFamily(refreshToken);
  const expiresAt = iso(now + LOGIN_MS);
  await db.insert(session).values({ id: sessionId, userId, kind: "login", name, hash, family, expiresAt });
  await db.execute(sql`
    with gone as (
      delete from ${session} where ${session.userId} = ${userId}
        and least(${session.revokedAt}, ${session.expiresAt}) < now() - interval '1 day')
    update ${session} set revoked_at = now() where ${session.id} in (
      select ${session.id} from ${session} where ${session.userId} = ${userId} and ${session.kind} = 'login' and ${live()}
      order by coalesce(${session.rotatedAt}, ${session.createdAt}) desc offset ${MAX_LOGINS})`);
  return { sessionId, refreshToken };
}

const hashFamily = (refreshToken: string) => hashCredential(familyOf(refreshToken));

export type Rotation =
  | { is: "rotated"; userId: string; sessionId: string; refreshToken: string }
  /** The token had been rotated away, lately or long ago: whoever sent it, somebody has a copy. The session has been ended. */
  | { is: "reused"; userId: string; sessionId: string }
  | { is: "unknown" };

/** Two at once with one token: the row's lock lets one rotate, and the other is a reuse. */
export async function rotateLogin(db: Store["db"], refreshToken: string, now: number): Promise<Rotation> {
  if (!refreshToken.startsWith(REFRESH_PREFIX) || !looksLikeToken(refreshToken)) return { is: "unknown" };
  const hash = hashCredential(refreshToken);
  const family = hashFamily(refreshToken);
  const next = mintToken(REFRESH_PREFIX, familyOf(refreshToken));
  const rotated = await db
    .update(session)
    .set({ hash: hashCredential(next), family, rotatedAt: iso(now), expiresAt: iso(now + LOGIN_MS) })
    .where(and(eq(session.hash, hash), eq(session.kind, "login"), live()))
    .returning({ userId: session.userId, sessionId: session.id });
  if (rotated[0]) return { is: "rotated", ...rotated[0], refreshToken: next };
  const reused = await db
    .update(session)
    .set({ revokedAt: iso(now) })
    .where(and(eq(session.family, family), eq(session.kind, "login"), live()))
    .returning({ userId: session.userId, sessionId: session.id });
  return reused[0] ? { is: "reused", ...reused[0] } : { is: "unknown" };
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
export async function endSession(db: Store["db"], id: string): Promise<string | undefined> {
  const ended = await db
    .update(session)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(session.id, id), isNull(session.revokedAt)))
    .returning({ userId: session.userId });
  return ended[0]?.userId;
}

/** Whoever changes a password locks out who knew the old one; tokens were minted on purpose and stay. */
export async function endLogins(tx: Transaction, userId: string): Promise<void> {
  await tx
    .update(session)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(session.userId, userId), eq(session.kind, "login"), isNull(session.revokedAt)));
}

const iso = (ms: number) => new Date(ms).toISOString();

/** Postgres writes `2026-11-23 21:10:18+00`; the API writes ISO 8601. */
const asShown = (row: PersonalToken): PersonalToken => ({
  ...row,
  createdAt: iso(Date.parse(row.createdAt)),
  expiresAt: row.expiresAt && iso(Date.parse(row.expiresAt)),
});
