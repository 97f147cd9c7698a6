/** An edge, and people and programs with rights to ask it as. */
import { z } from "zod";
import { type Api, apiOf, clientOf, type Send } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { logIn, password, personWith } from "../harness/people.ts";

export const me = "/api/v1/auth/me";
/** What the documentation promises of a right that is taken away. */
export const REVOKED_WITHIN_MS = 5_000;

const minted = z.looseObject({
  id: z.string(),
  name: z.string(),
  token: z.string(),
  status: z.looseObject({ state: z.string(), hash: z.string() }),
});

export interface RightsWorld extends Pick<Api, "create" | "put" | "remove"> {
  edge: TestEdge;
  send: Send;
  /** May do everything. */
  root: string;
  canI(token: string, role: string, resource: string): Promise<unknown>;
  statusOf(token: string): Promise<number>;
  /** @returns the token of a user with rights of their own. */
  person(name: string, bindings?: readonly object[], operations?: readonly object[]): Promise<string>;
  /** @returns the token of a new login. */
  login(name: string, word?: string): Promise<string>;
  mint(body: object, by?: string): Promise<z.infer<typeof minted>>;
}

export async function startRightsWorld(): Promise<RightsWorld> {
  const edge = await startEdge();
  const send = clientOf(edge.url);
  const admin = apiOf(edge.url, (await edge.bootstrap()).token);
  const { create, put, remove } = admin;
  return {
    ...{ edge, send, root: admin.token, create, put, remove },
    canI: async (token, role, resource) =>
      (await send("POST", "/api/v1/auth/can-i", { token, body: { role, resource } })).body["allowed"],
    statusOf: async (token) => (await send("GET", me, { token })).status,
    person: async (...who) => (await personWith(admin, ...who)).token,
    login: async (name, word = password) => (await logIn(admin, name, word)).token,
    mint: async (body, by = admin.token) => minted.parse(await admin.as(by).create("mcptokens", body)),
  };
}
