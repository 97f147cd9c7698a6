/** Every way in that a user had ends when the user goes: what is open, what is held, and what would renew it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientOf, type Send } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { verifies } from "../requirements.ts";

const WITHIN_MS = 5_000;
const password = "correct horse battery staple";
let edge: TestEdge;
let send: Send;
let root: string;

beforeAll(async () => {
  edge = await startEdge();
  send = clientOf(edge.url);
  root = (await edge.bootstrap()).token;
});
afterAll(() => edge.stop());

test(verifies("auth.revoke-5s", "a removed user's login, renewal and personal tokens end with them"), async () => {
  const email = "leaver@example.com";
  expect((await send("POST", "/api/v1/users", { token: root, body: { name: "leaver", email, password } })).status).toBe(
    201,
  );
  const { body: login } = await send("POST", "/api/v1/auth/login", { body: { email, password } });
  const { accessToken, refreshToken } = login as { accessToken: string; refreshToken: string };
  const made = await send("POST", "/api/v1/auth/tokens", { token: accessToken, body: { name: "script" } });
  const held = [accessToken, String(made.body["token"])];
  const statuses = async () =>
    Promise.all(held.map(async (token) => (await send("GET", "/api/v1/auth/me", { token })).status));
  expect(await statuses()).toEqual([200, 200]);
  expect((await send("DELETE", "/api/v1/users/leaver", { token: root })).status).toBe(200);
  await expect.poll(statuses, { timeout: WITHIN_MS, interval: 100 }).toEqual([401, 401]);
  expect((await send("POST", "/api/v1/auth/refresh", { body: { refreshToken } })).status).toBe(401);
  expect((await send("POST", "/api/v1/auth/login", { body: { email, password } })).status).toBe(401);
});
