/** People of a test: each with the rights that the test says, and a login. */
import { z } from "zod";
import { type Api, apiOf } from "./api-client.ts";

/** A user who has these bindings alone, logged in. */
export async function personWith(admin: Api, edgeUrl: string, name: string, bindings: unknown[]): Promise<Api> {
  const [email, password] = [`${name}@example.com`, "a password of the test"];
  await admin.create("users", { name, email, password });
  await admin.create("rbac", { name, subjects: [{ kind: "User", name }], bindings });
  const { body } = await apiOf(edgeUrl, "").call("POST", "/api/v1/auth/login", { email, password });
  return apiOf(edgeUrl, z.object({ accessToken: z.string() }).parse(body).accessToken);
}
