import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Refusal } from "#db/protocol/errors";
import { verifies } from "../../tests/requirements.ts";
import { MAX_HELD_MS } from "./guard-machine.ts";
import { notAuthenticated } from "./not-authenticated.ts";
import type { Grants } from "./principal.ts";
import { CHECK_MS, type Standing, watchStanding } from "./standing.ts";

/** What the specification gives a revocation to reach a stream. */
const REVOKED_WITHIN_MS = 5_000;

const demand = { role: "run", resource: "llms", name: "gpt" } as const;
const running: Grants = { bindings: [{ role: "run", resource: "llms", name: "gpt" }], operations: [] };

/** Somebody's standing, which a test changes. */
let answer: () => Grants;
let looks: number;
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
  standing = watchStanding({ admit }, stream, demand);
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
    answer = fail(new Refusal("store_unavailable", "down"));
    await vi.advanceTimersByTimeAsync(MAX_HELD_MS);
    expect(standing.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(CHECK_MS);
    expect(standing.signal.reason).toMatchObject({ code: "store_unavailable" });
  });

  test("an outage that ends starts the minute again", async () => {
    answer = fail(new Refusal("store_unavailable", "down"));
    await vi.advanceTimersByTimeAsync(MAX_HELD_MS - CHECK_MS);
    answer = () => running;
    await vi.advanceTimersByTimeAsync(CHECK_MS);
    answer = fail(new Refusal("store_unavailable", "down"));
    await vi.advanceTimersByTimeAsync(MAX_HELD_MS - CHECK_MS);
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
