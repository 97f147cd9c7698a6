import { beforeEach, describe, expect, test, vi } from "vitest";
import { KeySets, unfetchable } from "./key-sets.ts";

const issuer = "https://issuer.example";
const trust = { cluster: "c", fingerprint: "f", issuer, audiences: ["mcpctl"] };
const minute = 60_000;

/** What can't be had is told in the log, and that is not looked at here. */
beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});

function world(kids: string[]) {
  const state = { now: 1_000_000, kids, down: false, fetched: 0 };
  const sets = new KeySets({
    now: () => state.now,
    allow: [],
    fetch: async (url) => {
      if (url.endsWith("/.well-known/openid-configuration"))
        return Response.json({ issuer, jwks_uri: `${issuer}/keys` });
      state.fetched++;
      if (state.down) return new Response("", { status: 500 });
      return Response.json({ keys: state.kids.map((kid) => ({ kty: "RSA", kid })) });
    },
  });
  const kidsFor = async (kid: string) => (await sets.of(trust, kid)).keys.map((k) => k.kid);
  return { state, kidsFor };
}

describe("an issuer's keys", () => {
  test("are fetched once, and again after ten minutes", async () => {
    const { state, kidsFor } = world(["a"]);
    for (let i = 0; i < 5; i++) expect(await kidsFor("a")).toEqual(["a"]);
    expect(state.fetched).toBe(1);
    state.now += 11 * minute;
    await kidsFor("a");
    expect(state.fetched).toBe(2);
  });

  test("are fetched anew for a key that is not known, and not for every made-up one", async () => {
    const { state, kidsFor } = world(["a"]);
    await kidsFor("a");
    state.kids = ["a", "b"];
    expect(await kidsFor("b")).toEqual(["a"]);
    state.now += minute;
    expect(await kidsFor("b")).toEqual(["a", "b"]);
    for (let i = 0; i < 100; i++) await kidsFor(`made-up-${i}`);
    expect(state.fetched).toBe(2);
  });

  test("serve for an hour while the issuer is away, and then nobody is let in", async () => {
    const { state, kidsFor } = world(["a"]);
    await kidsFor("a");
    state.down = true;
    state.now += 30 * minute;
    expect(await kidsFor("a")).toEqual(["a"]);
    state.now += 31 * minute;
    await expect(kidsFor("a")).rejects.toMatchObject({ code: "issuer_unreachable" });
    const tries = state.fetched;
    await expect(kidsFor("a")).rejects.toMatchObject({ code: "issuer_unreachable" });
    expect(state.fetched).toBe(tries);
  });

  test("are had again when those who asked for them first went away without an answer", async () => {
    const state = { now: 0, lost: true };
    const sets = new KeySets({
      now: () => state.now,
      allow: [],
      fetch: async (url) => {
        if (state.lost) return new Promise<Response>(() => {});
        if (url.endsWith("/keys")) return Response.json({ keys: [{ kty: "RSA", kid: "a" }] });
        return Response.json({ issuer, jwks_uri: `${issuer}/keys` });
      },
    });
    for (let i = 0; i < 8; i++) void sets.of(trust, "a");
    await expect(sets.of(trust, "a")).rejects.toMatchObject({ code: "issuer_unreachable" });
    state.lost = false;
    state.now += 10_000;
    expect((await sets.of(trust, "a")).keys).toHaveLength(1);
  });

  test("that were registered are not asked for", async () => {
    const sets = new KeySets({ now: () => 0, allow: [], fetch: () => Promise.reject(new Error("asked")) });
    expect(await sets.of({ ...trust, jwks: { keys: [] } }, "a")).toEqual({ keys: [] });
  });

  test("of an issuer that calls itself something else do not count", async () => {
    const sets = new KeySets({
      now: () => 0,
      allow: [],
      fetch: async () => Response.json({ issuer: "https://other.example", jwks_uri: "https://other.example/keys" }),
    });
    await expect(sets.of(trust, "a")).rejects.toMatchObject({ code: "issuer_unreachable" });
  });
});

test("only public addresses are asked, over https; this machine where that was opened", () => {
  expect(unfetchable("https://issuer.example/x", [])).toBeUndefined();
  expect(unfetchable("http://issuer.example/x", [])).toContain("https");
  for (const url of [
    "https://10.0.0.1",
    "https://127.0.0.1",
    "https://kubernetes.default.svc",
    "https://169.254.169.254",
  ])
    expect(unfetchable(url, []), url).toContain("address");
  expect(unfetchable("https://169.254.169.254", ["loopback", "private", "link-local"])).toContain("metadata");
  expect(unfetchable("https://10.0.0.1", ["private"])).toBeUndefined();
  expect(unfetchable("http://10.0.0.1", ["private"])).toContain("https");
  expect(unfetchable("http://127.0.0.1:1", ["loopback"])).toBeUndefined();
  expect(unfetchable("https://u:p@issuer.example", [])).toContain("password");
});
