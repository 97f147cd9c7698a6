import { describe, expect, test } from "vitest";
import {
  answering,
  failed,
  fallback,
  type GuardState,
  type Held,
  initial,
  judge,
  loaded,
  MAX_HELD_MS,
  type Profile,
  plan,
  REVALIDATE_MS,
  told,
} from "./guard-machine.ts";

const profile: Profile = {
  caller: { principal: { kind: "User", id: "u1", name: "ann" }, grants: { bindings: [], operations: ["logs"] } },
  credentials: [
    { id: "login" },
    { id: "pat", tokenName: "ci", tokenHash8: "abcd0123" },
    { id: "brief", expiresAt: 10_000 },
  ],
};

const held = (at: number, generation = 0): Held => ({ profile, at, generation });
const holding = (at: number): GuardState => loaded(initial, held(at));

describe("plan", () => {
  test("nothing held: read first", () => {
    expect(plan(initial, "login", 0)).toEqual({ do: "load" });
  });

  test("what is young answers and leaves the store alone", () => {
    expect(plan(holding(0), "login", REVALIDATE_MS)).toEqual({ do: "answer", held: held(0), refresh: false });
  });

  test("what is older answers and is read again meanwhile", () => {
    expect(plan(holding(0), "login", REVALIDATE_MS + 1)).toMatchObject({ do: "answer", refresh: true });
  });

  test("what is too old does not answer", () => {
    expect(plan(holding(0), "login", MAX_HELD_MS)).toMatchObject({ do: "answer" });
    expect(plan(holding(0), "login", MAX_HELD_MS + 1)).toEqual({ do: "load" });
  });

  test("a credential that is not known may be new: read again, but not more than once a second", () => {
    expect(plan(holding(0), "new", 1_001)).toEqual({ do: "load" });
    expect(plan(holding(0), "new", 1_000)).toMatchObject({ do: "answer" });
  });

  test("a store that just failed is not asked again at once in the background", () => {
    const state = failed(holding(0), REVALIDATE_MS + 1);
    expect(plan(state, "login", REVALIDATE_MS + 2)).toMatchObject({ do: "answer", refresh: false });
    expect(plan(state, "login", REVALIDATE_MS + 1_001)).toMatchObject({ do: "answer", refresh: true });
  });
});

describe("being told of a change", () => {
  test("what was read before does not answer any more", () => {
    expect(plan(told(holding(0)), "login", 1)).toEqual({ do: "load" });
  });

  test("a read that began before the change does not undo it", () => {
    const state = loaded(told(initial), held(5, 0));
    expect(plan(state, "login", 6)).toEqual({ do: "load" });
  });

  test("a read that began after it does", () => {
    expect(plan(loaded(told(initial), held(5, 1)), "login", 6)).toMatchObject({ do: "answer" });
  });

  test("a change that comes while a question waits does not keep it waiting", () => {
    const during = loaded(told(initial), held(5, 0));
    expect(answering(during, 0)).toEqual(held(5, 0));
    expect(answering(during, 1)).toBeUndefined();
  });

  test("a slow old read does not replace a young one", () => {
    const young = loaded(told(initial), held(5, 1));
    expect(loaded(young, held(4, 0))).toBe(young);
    expect(loaded(young, { ...held(4, 1), profile: undefined })).toBe(young);
  });
});

describe("the store is down", () => {
  test("what is held answers until it is too old", () => {
    expect(fallback(holding(0), "login", MAX_HELD_MS)).toEqual(held(0));
    expect(fallback(holding(0), "login", MAX_HELD_MS + 1)).toBeUndefined();
  });

  test("what is known to be out of date never does: it may have been a revocation", () => {
    expect(fallback(told(holding(0)), "login", 1)).toBeUndefined();
  });

  test("a credential that is not known may be new: it is not called invalid", () => {
    expect(fallback(holding(0), "new", 1)).toBeUndefined();
  });

  test("nothing held, nothing said", () => {
    expect(fallback(initial, "login", 0)).toBeUndefined();
  });

  test("a success ends the failure", () => {
    expect(loaded(failed(holding(0), 1), held(2)).failedAt).toBeUndefined();
  });
});

describe("judge", () => {
  test("a login is the user", () => {
    expect(judge(profile, "login", 0)).toEqual({ caller: profile.caller });
  });

  test("a token is the user, and is named for logs", () => {
    expect(judge(profile, "pat", 0)?.caller.principal).toEqual({
      ...profile.caller.principal,
      tokenName: "ci",
      tokenHash8: "abcd0123",
    });
  });

  test("expiry is to the millisecond", () => {
    expect(judge(profile, "brief", 9_999)?.expiresAt).toBe(10_000);
    expect(judge(profile, "brief", 10_000)).toBeUndefined();
  });

  test("unknown credentials and principals are nobody", () => {
    expect(judge(profile, "gone", 0)).toBeUndefined();
    expect(judge(undefined, "login", 0)).toBeUndefined();
  });
});
