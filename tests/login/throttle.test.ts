/** Guessing is slowed for an account and for an address, and tells nothing of which accounts there are. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, clientOf, type Send } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { verifies } from "../requirements.ts";

let edge: TestEdge;
let send: Send;

const guess = (email: string, address: string) =>
  send("POST", "/api/v1/auth/login", {
    body: { email, password: "a guess at a password" },
    headers: { "cf-connecting-ip": address },
  });

beforeAll(async () => {
  edge = await startEdge();
  send = clientOf(edge.url);
  const { token } = await edge.bootstrap();
  for (const name of ["user-0", "user-1", "fresh"])
    await send("POST", "/api/v1/users", {
      token,
      body: { name, email: `${name}@example.com`, password: "correct horse battery staple" },
    });
});
afterAll(() => edge?.stop());

test(verifies(
  "auth.login-limited",
  "logins to many accounts from one network are limited, whether the accounts exist or not",
), async () => {
  const tried = Array.from({ length: 36 }, (_, i) => `user-${i}@example.com`);
  // Another address of the same subscriber each time.
  const answers = await Promise.all(tried.map((email, i) => guess(email, `2001:db8:1:2::${i + 1}`)));
  const [refused, limited] = [401, 429].map((status) => answers.filter((a) => a.status === status)) as [
    Answer[],
    Answer[],
  ];
  expect(refused.length + limited.length).toBe(tried.length);
  expect(limited.length).toBeGreaterThan(0);
  expect(new Set(refused.map((a) => a.text)).size).toBe(1);
  for (const { headers } of limited) expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await guess("user-0@example.com", "198.51.100.7")).status).toBe(401);
}, 180_000);

test(
  verifies("auth.login-limited", "logins to an account that does not exist are limited as those to one that does"),
  async () => {
    const statuses = async (email: string) => {
      const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => guess(email, `192.0.2.${i + 1}`)));
      return answers.map((a) => a.status).sort();
    };
    expect(await statuses("nobody-at-all@example.com")).toEqual(await statuses("fresh@example.com"));
  },
);
