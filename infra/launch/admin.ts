/** The admin of a system that runs on one machine: made at the first start, known at the later ones. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { writeAtomically } from "../write-file.ts";

const kept = z.object({ token: z.string(), email: z.string(), password: z.string() });
const created = z.object({ token: z.string() });

export interface AdminOptions {
  edge: string;
  bootstrapSecret: string;
  /** Where the token is kept, 0600. */
  file: string;
}

/** @returns a long-lived token that works. @throws Error that says what to do where there is none to be had. */
export async function ensureAdmin({ edge, bootstrapSecret, file }: AdminOptions): Promise<string> {
  if (existsSync(file)) {
    const { token } = kept.parse(JSON.parse(readFileSync(file, "utf8")));
    const answer = await fetch(`${edge}/api/v1/auth/me`, { headers: { authorization: `Bearer ${token}` } });
    const text = await answer.text();
    if (answer.ok) return token;
    if (answer.status !== 401) throw new Error(`The edge did not accept the admin's token (${answer.status}): ${text}`);
  }
  const email = "admin@mcpctl.local";
  const password = randomBytes(18).toString("base64url");
  const answer = await fetch(`${edge}/api/v1/auth/bootstrap`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ secret: bootstrapSecret, name: "admin", email, password }),
  });
  const text = await answer.text();
  if (answer.status === 409)
    throw new Error(
      `The store has users already, and no token of its admin that works is kept in ${file}.\n` +
        "Use the --data directory that the store was made with, or another (an empty) store; --fresh begins anew with the embedded one.",
    );
  if (answer.status !== 201) throw new Error(`The first admin could not be created (${answer.status}): ${text}`);
  const { token } = created.parse(JSON.parse(text));
  writeAtomically(file, `${JSON.stringify({ token, email, password }, null, 2)}\n`, 0o600);
  return token;
}
