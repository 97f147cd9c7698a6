/** People of a test: each with the rights that the test says, and a login. */
import { randomBytes, scryptSync } from "node:crypto";
import { z } from "zod";
import type { Api } from "./api-client.ts";
import { databaseOf } from "./edge.ts";
import { rows } from "./rows.ts";

/** Everybody's, unless the test says otherwise. */
export const password = "correct horse battery staple";

const session = z.object({ accessToken: z.string() });

export const addressOf = (name: string) => `${name}@example.com`;

/** @returns somebody's new login at the same edge. @throws ZodError where they are refused. */
export async function logIn(edge: Api, name: string, word = password): Promise<Api> {
  const { body } = await edge.as("").call("POST", "/api/v1/auth/login", { email: addressOf(name), password: word });
  return edge.as(session.parse(body).accessToken);
}

/**
 * A hash says what it costs, and one made by the edge costs a quarter of a second of a core each time. Tests that are about other
 * things than passwords have people whose hashes are cheap.
 * @returns one of `password`.
 */
export function cheapHash(): string {
  const [salt, cost] = [randomBytes(16), { N: 2, r: 8, p: 1 }];
  const key = scryptSync(password, salt, 32, cost);
  return ["scrypt", cost.N, cost.r, cost.p, salt.toString("base64url"), key.toString("base64url")].join("$");
}

/** A user who has these bindings and operations alone, logged in. */
export async function personWith(
  admin: Api,
  name: string,
  bindings: readonly object[] = [],
  operations: readonly object[] = [],
): Promise<Api> {
  const { id } = await admin.create("users", { name, email: addressOf(name) });
  await rows(databaseOf(admin.url), `insert into password (user_id, hash) values ('${id}', '${cheapHash()}')`);
  if (bindings.length + operations.length > 0)
    await admin.create("rbac", { name, subjects: [{ kind: "User", name }], bindings, operations });
  return logIn(admin, name);
}
