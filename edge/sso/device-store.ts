/** Devices that wait, as rows. A code's hash only; what is over is deleted. */
import { randomBytes } from "node:crypto";
import { and, eq, lt, sql } from "drizzle-orm";
import { mintToken } from "#db/crypto/token";
import { deviceLogin } from "#db/tables/index";
import { hashCredential } from "../identity/credential.ts";
import type { Store } from "../store.ts";
import { DEVICE_SECONDS, INTERVAL_SECONDS, type Poll, poll, userCodeFrom } from "./device-machine.ts";

type Db = Store["db"];

const DEVICE_PREFIX = "mcpctl_dc_";
const pending = (userCode: string) =>
  and(eq(deviceLogin.userCode, userCode), eq(deviceLogin.state, "pending"), sql`${deviceLogin.expiresAt} > now()`);

export interface OpenedDevice {
  deviceCode: string;
  userCode: string;
  expiresAt: number;
}

/** Those whose time is over make room: nothing else would delete what nobody asks for any more. */
export async function openDevice(
  db: Db,
  by: { client: string; address: string | null },
  now: number,
): Promise<OpenedDevice> {
  const deviceCode = mintToken(DEVICE_PREFIX);
  const expiresAt = now + DEVICE_SECONDS * 1000;
  await db.delete(deviceLogin).where(lt(deviceLogin.expiresAt, new Date(now).toISOString()));
  for (;;) {
    const userCode = userCodeFrom(randomBytes(32));
    if (userCode === undefined) continue;
    const made = await db
      .insert(deviceLogin)
      .values({
        ...by,
        hash: hashCredential(deviceCode),
        userCode,
        interval: INTERVAL_SECONDS,
        expiresAt: new Date(expiresAt).toISOString(),
      })
      .onConflictDoNothing({ target: deviceLogin.userCode })
      .returning({ userCode: deviceLogin.userCode });
    if (made.length > 0) return { deviceCode, userCode, expiresAt };
  }
}

/** An approval is handed out once. @returns the user with it. */
export async function pollDevice(
  db: Db,
  deviceCode: string,
  now: number,
): Promise<Exclude<Poll, { is: "approved" }> | { is: "approved"; userId: string }> {
  const hash = hashCredential(deviceCode);
  const [row] = await db.select().from(deviceLogin).where(eq(deviceLogin.hash, hash));
  const told = poll(
    row && {
      state: row.state,
      interval: row.interval,
      polledAt: row.polledAt === null ? undefined : Date.parse(row.polledAt),
      expiresAt: Date.parse(row.expiresAt),
    },
    now,
  );
  const polledAt = new Date(now).toISOString();
  switch (told.is) {
    case "too-fast":
      await db.update(deviceLogin).set({ polledAt, interval: told.interval }).where(eq(deviceLogin.hash, hash));
      return told;
    case "pending":
      await db.update(deviceLogin).set({ polledAt }).where(eq(deviceLogin.hash, hash));
      return told;
    case "approved": {
      const [gone] = await db.delete(deviceLogin).where(eq(deviceLogin.hash, hash)).returning();
      return gone?.userId ? { is: "approved", userId: gone.userId } : { is: "expired" };
    }
    default:
      return told;
  }
}

export interface WaitingDevice {
  client: string;
  address: string | null;
  createdAt: string;
}

export async function waitingDevice(db: Db, userCode: string): Promise<WaitingDevice | undefined> {
  const { client, address, createdAt } = deviceLogin;
  const [row] = await db.select({ client, address, createdAt }).from(deviceLogin).where(pending(userCode));
  return row;
}

/** @returns whether it was still waiting. */
export async function decideDevice(db: Db, userCode: string, userId: string, allowed: boolean): Promise<boolean> {
  const decided = await db
    .update(deviceLogin)
    .set({ state: allowed ? "approved" : "denied", userId })
    .where(pending(userCode))
    .returning({ hash: deviceLogin.hash });
  return decided.length > 0;
}
