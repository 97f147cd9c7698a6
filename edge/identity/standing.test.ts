import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { mintToken } from "#db/crypto/token";
import { Refusal } from "#db/protocol/errors";
import { verifies } from "../../tests/requirements.ts";
import type { Settings } from "../settings.ts";
import { type Store, storeUnavailable } from "../store.ts";
import { Authenticator } from "./authenticate.ts";
import * as guard from "./guard-machine.ts";
import type { GuardPort } from "./guard-port.ts";
import { notAuthenticated } from "./not-authenticated.ts";
import type { Grants } from "./principal.ts";
import { signSession } from "./session-token.ts";
import { CHECK_MS, type Standing, watchStanding } from "./standing.ts";

/** What a revocation may take to reach a stream (docs/decisions/guard-per-principal.md). */
const REVOKED_WITHIN_MS = 5_000;

const demand = { role: "run", resource: "llms", name: "gpt" } as const;
const running: Grants = { bindings: [{ role: "run", resource: "llms", name: "gpt" }], operations: [] };

/** Somebody's standing, which a test changes. */
let answer: () => Grants;
let looks: number;
/** When the store was read for it; undefined: now. */
let lastRead: number | undefined;
let standing: Standing;

beforeEach(() => {
  vi.useFakeTimers();
  answer = () => running;
  looks = 0;
  const admit = async (_: Request, maxAgeMs: number) => {
    looks++;
    expect(CHECK_MS + maxAgeMs).toBeLessThanOrEqual(REVOKED_WITHIN_MS);
    return { principal: { kind: "User" as const, id: "u", name: "ann" }, grants: answer() };
  };
  const stream = { request: new Request("https://edge.test/"), waitUntil: () => {} };
  lastRead = undefined;
  standing = watchStanding({ admit, asOf: () => lastRead ?? Date.now() }, stream, demand);
});
afterEach(() => {
  standing.release();
  vi.useRealTimers();
});

const fail = (refusal: Refusal) => () => {
  throw refusal;
};

describe("an open stream", () => {
  test("goes on while its caller may", async () => {
    await vi.advanceTimersByTimeAsync(60_000);
    expect(standing.signal.aborted).toBe(false);
    expect(looks).toBe(60_000 / CHECK_MS);
  });

  test(verifies("auth.revoke-5s", "ends when the credential is taken back"), async () => {
    answer = fail(notAuthenticated());
    await vi.advanceTimersByTimeAsync(CHECK_MS);
    expect(standing.signal.reason).toMatchObject({ code: "not_authenticated" });
  });

  test("ends when the binding goes, and says which", async () => {
    answer = () => ({ bindings: [{ role: "run", resource: "llms", name: "other" }], operations: [] });
    await vi.advanceTimersByTimeAsync(CHECK_MS);
    expect(standing.signal.reason).toMatchObject({
      code: "not_allowed",
      details: { permission: "run:llms:gpt" },
    });
  });

  test("outlives a short outage, and not a long one", async () => {
    lastRead = Date.now();
    answer = fail(new Refusal("store_unavailable", "down"));
    await vi.advanceTimersByTimeAsync(guard.MAX_HELD_MS);
    expect(standing.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(CHECK_MS);
    expect(standing.signal.reason).toMatchObject({ code: "store_unavailable" });
  });

  test("an outage that ends starts the minute again", async () => {
    answer = fail(new Refusal("store_unavailable", "down"));
    await vi.advanceTimersByTimeAsync(guard.MAX_HELD_MS - CHECK_MS);
    answer = () => running;
    await vi.advanceTimersByTimeAsync(CHECK_MS);
    lastRead = Date.now();
    answer = fail(new Refusal("store_unavailable", "down"));
    await vi.advanceTimersByTimeAsync(guard.MAX_HELD_MS - CHECK_MS);
    expect(standing.signal.aborted).toBe(false);
  });

  test("is not looked after any more when it has ended", async () => {
    standing.release();
    answer = fail(notAuthenticated());
    await vi.advanceTimersByTimeAsync(60_000);
    expect(looks).toBe(0);
    expect(standing.signal.aborted).toBe(false);
  });
});

describe("a stream in an outage of the store, over a real Guard's rules", () => {
  const signingKey: Settings["signingKey"] = {
    ...(generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" }) as { kty: string }),
    kid: "k1",
  };
  const profile: guard.Profile = {
    caller: { principal: { kind: "User", id: "u1", name: "ann" }, grants: running },
    credentials: [{ id: "s1" }, { id: "s2" }],
  };
  const outage = { begins: Number.POSITIVE_INFINITY };
  let state: guard.GuardState;
  let readAt: number;

  const load = () => {
    if (Date.now() >= outage.begins) {
      state = guard.failed(state, Date.now());
      return false;
    }
    readAt = Date.now();
    state = guard.loaded(state, { profile, at: readAt, generation: state.generation });
    return true;
  };
  const port: GuardPort = {
    async check(credential) {
      const plan = guard.plan(state, credential, Date.now());
      if (plan.do === "answer" && plan.refresh) load();
      const held =
        plan.do === "answer" ? plan.held : load() ? state.held : guard.fallback(state, credential, Date.now());
      const admission = held && guard.judge(held.profile, credential, Date.now());
      if (!held || !admission) return { is: "unavailable", ...(guard.hasUnread(state) ? { changed: true } : {}) };
      return { is: "admitted", version: String(held.at), at: held.at, ...admission };
    },
    async invalidate() {
      state = guard.told(state);
    },
    passOn: async () => false,
    depend: async () => true,
    async release() {},
  };

  /** Knows one personal token, while it answers. */
  const store = {
    db: {
      async execute() {
        if (Date.now() >= outage.begins) throw storeUnavailable(undefined);
        return { rows: [{ kind: "user", owner: "u1", credential: "s1" }] };
      },
    },
  } as unknown as Store;

  async function open(personal?: string): Promise<{ authenticator: Authenticator; stream: Standing }> {
    state = guard.initial;
    outage.begins = Number.POSITIVE_INFINITY;
    const settings = { signingKey } as Settings;
    const authenticator = new Authenticator({ guards: { getByName: () => port }, settings, store });
    const { accessToken } = await signSession(signingKey, { userId: "u1", sessionId: "s1" }, Date.now());
    const request = new Request("https://edge.test/", {
      headers: { authorization: `Bearer ${personal ?? accessToken}` },
    });
    await authenticator.authenticate(request, () => {});
    return { authenticator, stream: watchStanding(authenticator, { request, waitUntil: () => {} }, demand) };
  }
  /** Milliseconds until it ends. */
  async function endOf({ signal }: Standing): Promise<number> {
    const began = Date.now();
    while (!signal.aborted && Date.now() - began < 300_000) await vi.advanceTimersByTimeAsync(100);
    expect(signal.reason).toMatchObject({ code: "store_unavailable" });
    return Date.now() - began;
  }

  test.each([0, 1_000, 30_000, 41_000, 100_000])(
    verifies("auth.outage-60s", "ends within 60 s of the last read, when it was open for %i ms before"),
    async (before) => {
      const { stream } = await open();
      await vi.advanceTimersByTimeAsync(before);
      outage.begins = Date.now();
      const lasted = await endOf(stream);
      expect(Date.now() - readAt).toBeLessThanOrEqual(60_000);
      // What is held is of use: the outage of a moment ends nobody's stream.
      expect(Date.now() - readAt).toBeGreaterThan(50_000);
      stream.release();
      expect(lasted).toBeGreaterThan(0);
    },
  );

  test.each([
    ["a login", "in another isolate", undefined],
    ["a personal token", "in another isolate", mintToken()],
    ["a personal token", "in this one", mintToken()],
  ])(
    verifies("auth.revoke-5s", "ends within 5 s of a change that nobody can read: with %s, made %s"),
    async (_, where, personal) => {
      const { authenticator, stream } = await open(personal);
      await vi.advanceTimersByTimeAsync(10_000);
      outage.begins = Date.now();
      if (where === "in this one") authenticator.forget(new Set(["user:u1"]));
      await port.invalidate();
      expect(await endOf(stream)).toBeLessThanOrEqual(REVOKED_WITHIN_MS);
      stream.release();
    },
  );
});
