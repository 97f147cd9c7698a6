/** Renewing a login: a token that is good once, an answer that got lost, and a copy in other hands. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { mintToken } from "#db/crypto/token";
import { clientOf, type Send } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { cheapHash, password } from "../harness/people.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";

const email = "admin@mcpctl.local";
const me = "/api/v1/auth/me";

const session = z.object({ accessToken: z.string(), refreshToken: z.string(), expiresAt: z.iso.datetime() });
type Session = z.infer<typeof session>;

let edge: TestEdge;
let send: Send;
let db: pg.Client;

beforeAll(async () => {
  edge = await startEdge();
  send = clientOf(edge.url);
  await edge.bootstrap();
  db = new pg.Client({ connectionString: edge.databaseUrl });
  await db.connect();
  await db.query("update password set hash = $1", [cheapHash()]);
}, 60_000);
afterAll(async () => {
  await db?.end();
  await edge?.stop();
});

const login = async () => session.parse((await send("POST", "/api/v1/auth/login", { body: { email, password } })).body);
const refresh = (refreshToken: string) => send("POST", "/api/v1/auth/refresh", { body: { refreshToken } });
const renewed = async (refreshToken: string) => session.parse((await refresh(refreshToken)).body);
const statusOf = async (token: string) => (await send("GET", me, { token })).status;
const idOf = ({ accessToken }: Session) =>
  z.object({ sid: z.string() }).parse(JSON.parse(Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString()))
    .sid;
/** As if the store's clock had gone on (or, below zero, back) by so many seconds since the login was last renewed. */
const pass = (of: Session, seconds: number) =>
  db.query("update session set rotated_at = rotated_at - make_interval(secs => $2) where id = $1", [idOf(of), seconds]);

/** @returns what a refused renewal said, as a person reads it. */
async function refusedRenewal(refreshToken: string): Promise<string> {
  const answer = await refresh(refreshToken);
  expect([answer.status, answer.body["code"]]).toEqual([401, "not_authenticated"]);
  return String(answer.body["detail"]);
}

/** The token is refused as reused, its login has ended, and everybody who comes later with one of its tokens hears why. */
async function expectTheft(reused: string, current: Session): Promise<void> {
  expect(await refusedRenewal(reused)).toMatch(/^This login was ended because an older refresh token was used: /);
  expect(await statusOf(current.accessToken)).toBe(401);
  expect(await refusedRenewal(current.refreshToken)).toContain("ended because an older refresh token was used");
}

describe("a login", () => {
  test("is renewed by a token that is good once", async () => {
    const first = await login();
    const second = await renewed(first.refreshToken);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(await statusOf(second.accessToken)).toBe(200);
    // The old access token stays good for its minutes: renewing is no logout.
    expect(await statusOf(first.accessToken)).toBe(200);
    expect((await refresh(second.refreshToken)).status).toBe(200);
  });

  test(verifies("auth.refresh-rotates", "ends when a refresh token comes a minute after it was renewed"), async () => {
    const first = await login();
    const second = await renewed(first.refreshToken);
    expect(await statusOf(second.accessToken)).toBe(200);
    await pass(second, 61);
    await expectTheft(first.refreshToken, second);
  });

  test(
    verifies("auth.refresh-rotates", "ends when a refresh token comes whose successor was renewed, however lately"),
    async () => {
      const first = await login();
      const second = await renewed(first.refreshToken);
      const third = await renewed(second.refreshToken);
      await expectTheft(first.refreshToken, third);
    },
  );

  test(
    verifies("auth.refresh-rotates", "ends also when a refresh token of long before comes, and no other login ends"),
    async () => {
      const [first, other] = [await login(), await login()];
      let current = first;
      for (let i = 0; i < 4; i++) current = await renewed(current.refreshToken);
      await expectTheft(first.refreshToken, current);
      expect((await refresh(other.refreshToken)).status).toBe(200);
    },
  );

  test("that was ended by a thief's renewal tells its owner why, also days later and after other logins", async () => {
    const owners = await login();
    const thiefs = await renewed((await renewed(owners.refreshToken)).refreshToken);
    await expectTheft(owners.refreshToken, thiefs);
    await db.query("update session set revoked_at = revoked_at - interval '20 days' where id = $1", [idOf(owners)]);
    await login();
    expect(await refusedRenewal(owners.refreshToken)).toContain("ended because an older refresh token was used");
  });
});

describe("the answer to a renewal", () => {
  test(verifies("auth.refresh-grace", "comes again for the same refresh token, as often as it gets lost"), async () => {
    const { refreshToken } = await login();
    const answers: Session[] = [];
    for (let i = 0; i < 4; i++) answers.push(await renewed(refreshToken));
    expect(new Set(answers.map((a) => a.refreshToken)).size).toBe(1);
    const [next] = answers;
    for (const { accessToken } of answers) expect(await statusOf(accessToken)).toBe(200);
    expect(await statusOf((await renewed(next?.refreshToken ?? "")).accessToken)).toBe(200);
  });

  test(verifies("auth.refresh-grace", "may get lost at the next renewal, too"), async () => {
    let current = await login();
    for (let i = 0; i < 3; i++) {
      const lost = await renewed(current.refreshToken);
      current = await renewed(current.refreshToken);
      expect(current.refreshToken).toBe(lost.refreshToken);
    }
    expect(await statusOf(current.accessToken)).toBe(200);
  });

  test("is repeated for a minute from the renewal, and repeating it makes that no longer", async () => {
    const first = await login();
    const second = await renewed(first.refreshToken);
    await pass(second, 40);
    expect((await renewed(first.refreshToken)).refreshToken).toBe(second.refreshToken);
    await pass(second, 30);
    await expectTheft(first.refreshToken, second);
  });

  test(verifies("auth.refresh-grace", "is the same for all who renew with one token at once"), async () => {
    const { refreshToken } = await login();
    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(refreshToken)));
    expect(answers.map((a) => a.status)).toEqual(answers.map(() => 200));
    const sessions = answers.map((a) => session.parse(a.body));
    expect(new Set(sessions.map((s) => s.refreshToken)).size).toBe(1);
    for (const { accessToken } of sessions) expect(await statusOf(accessToken)).toBe(200);
  });

  test("can't be had from what the store keeps", async () => {
    const { refreshToken } = await login();
    const next = await renewed(refreshToken);
    const { rows } = await db.query("select session::text as row from session");
    const kept = rows.map((r: { row: string }) => r.row).join("\n");
    for (const token of [refreshToken, next.refreshToken]) expect(kept).not.toContain(token);
  });

  test("lengthens no login when it is repeated", async () => {
    const { refreshToken } = await login();
    const next = await renewed(refreshToken);
    const expiry = async () =>
      (await db.query("select expires_at, rotated_at from session where id = $1", [idOf(next)])).rows;
    const before = await expiry();
    await renewed(refreshToken);
    expect(await expiry()).toEqual(before);
  });

  test("is repeated also after the edge was killed", async () => {
    const { refreshToken } = await login();
    const next = await renewed(refreshToken);
    await edge.kill();
    await edge.restart();
    expect((await renewed(refreshToken)).refreshToken).toBe(next.refreshToken);
  }, 30_000);

  test.each([
    ["an hour forward", 3_600],
    ["an hour back", -3_600],
  ])("is told to nobody once the clock has jumped %s", async (_, seconds) => {
    const first = await login();
    const second = await renewed(first.refreshToken);
    await pass(second, seconds);
    // The one that was handed out last is good whatever the clock says.
    const third = await renewed(second.refreshToken);
    await pass(third, seconds);
    await expectTheft(second.refreshToken, third);
  });

  test("is repeated where clocks differ by seconds", async () => {
    const first = await login();
    const second = await renewed(first.refreshToken);
    await pass(second, -5);
    expect((await renewed(first.refreshToken)).refreshToken).toBe(second.refreshToken);
  });

  test("is recorded when it is repeated, and no token with it", async () => {
    const { refreshToken } = await login();
    const next = await renewed(refreshToken);
    await renewed(refreshToken);
    await renewed((await renewed(next.refreshToken)).refreshToken);
    await refresh(refreshToken);
    const read = async () =>
      (await db.query("select payload from auditevent where kind = 'auth' order by time")).rows.map((r) => r.payload);
    await until("both events are in the trail", async () => {
      const mine = (await read()).filter((p) => p.session === idOf(next)).map((p) => p.action);
      return mine.includes("refresh-repeated") && mine.includes("refresh-reused");
    });
    const text = JSON.stringify(await read());
    for (const token of [refreshToken, next.refreshToken]) expect(text).not.toContain(token);
    expect(edge.log()).not.toMatch(/mcpctl_rt_\w/);
  });
});

describe("a login that is over is told how it ended, whichever of its tokens comes", () => {
  const ends: [string, (s: Session) => Promise<unknown>, RegExp][] = [
    [
      "logged out",
      ({ accessToken: token }) => send("POST", "/api/v1/auth/logout", { token }),
      /^This login was logged out\.$/,
    ],
    [
      "deleted as a session",
      async (s) => send("DELETE", `/api/v1/sessions/${idOf(s)}`, { token: (await login()).accessToken }),
      /^This login was ended: somebody deleted its session\.$/,
    ],
    [
      "run out",
      (s) => db.query("update session set expires_at = now() - interval '1 second' where id = $1", [idOf(s)]),
      /^This login was not renewed for 30 days, and has run out\.$/,
    ],
    [
      "ended by an edge that wrote no reason",
      (s) => db.query("update session set revoked_at = now() where id = $1", [idOf(s)]),
      /^This login was ended\.$/,
    ],
  ];

  test.each(ends)("%s", async (_, end, words) => {
    const first = await login();
    const second = await renewed(first.refreshToken);
    await end(second);
    for (const { refreshToken } of [second, first, second]) expect(await refusedRenewal(refreshToken)).toMatch(words);
  });

  test("its password was changed", async () => {
    const token = (await login()).accessToken;
    const [mail, old, fresh] = ["eve@example.com", "correct horse battery", "battery staple horse"];
    await send("POST", "/api/v1/users", { token, body: { name: "eve", email: mail, password: old } });
    const eves = session.parse(
      (await send("POST", "/api/v1/auth/login", { body: { email: mail, password: old } })).body,
    );
    const changed = await send("PUT", "/api/v1/users/eve", {
      token,
      body: { name: "eve", email: mail, password: fresh },
    });
    expect(changed.status).toBe(200);
    expect(await refusedRenewal(eves.refreshToken)).toMatch(
      /^This login was ended because the password was changed\.$/,
    );
  });

  test("while a token that no login ever had gets the common refusal", async () => {
    const unknown = [mintToken("mcpctl_rt_"), "mcpctl_rt_x", "garbage", mintToken()];
    const texts = await Promise.all(unknown.map(refusedRenewal));
    expect(new Set(texts)).toEqual(new Set(["The credential is missing or not valid."]));
  });
});
