/** People of a test: each with the rights that the test says, and a login. */
import { z } from "zod";
import type { Api } from "./api-client.ts";

/** Everybody's, unless the test says otherwise. */
export const password = "correct horse battery staple";

const session = z.object({ accessToken: z.string() });

export const addressOf = (name: string) => `${name}@example.com`;

/** @returns somebody's new login at the same edge. @throws ZodError where they are refused. */
export async function logIn(edge: Api, name: string, word = password): Promise<Api> {
  const { body } = await edge.as("").call("POST", "/api/v1/auth/login", { email: addressOf(name), password: word });
  return edge.as(session.parse(body).accessToken);
}

/** A user who has these bindings and operations alone, logged in. */
export async function personWith(
  admin: Api,
  name: string,
  bindings: readonly object[] = [],
  operations: readonly object[] = [],
): Promise<Api> {
  await admin.create("users", { name, email: addressOf(name), password });
  if (bindings.length + operations.length > 0)
    await admin.create("rbac", { name, subjects: [{ kind: "User", name }], bindings, operations });
  return logIn(admin, name);
}
