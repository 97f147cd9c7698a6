/** Against a small edge that rotates as the real one does, behind a line that loses answers. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type ContextStore, openContexts } from "./contexts.ts";
import type { ContextEntry } from "./contexts-file.ts";
import { openLogin, type World } from "./login.ts";
import { finished } from "./unbroken.ts";

const MINUTE = 60_000;
const soon = () => new Date(Date.now() + 10 * MINUTE).toISOString();
const ranOut = { accessToken: "a0", refreshToken: "r0", expiresAt: new Date(Date.now() - MINUTE).toISOString() };

let store: ContextStore;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "mcpctl-login-"));
  store = openContexts(directory, { now: Date.now, warn: () => undefined });
  return () => rmSync(directory, { recursive: true, force: true });
});

interface FakeEdge {
  url: string;
  /** Refresh tokens that came, in order. */
  asked: string[];
  /** What happens to an answer on its way. */
  deliver(send: () => void, response: ServerResponse, time: number): void;
}

/** Any token rN is answered with r(N+1), as often as it comes. */
async function startEdge(deliver: FakeEdge["deliver"] = (send) => send()): Promise<FakeEdge> {
  const edge: FakeEdge = { url: "", asked: [], deliver };
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const { refreshToken } = JSON.parse(text) as { refreshToken: string };
    const next = Number(refreshToken.slice(1)) + 1;
    const time = edge.asked.push(refreshToken);
    const body = JSON.stringify({ accessToken: `a${next}-${time}`, refreshToken: `r${next}`, expiresAt: soon() });
    edge.deliver(() => response.writeHead(200, { "content-type": "application/json" }).end(body), response, time);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  edge.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return edge;
}

const refuse = (response: ServerResponse, status: number, problem: Record<string, unknown>, headers = {}) =>
  void response
    .writeHead(status, { "content-type": "application/problem+json", ...headers })
    .end(JSON.stringify(problem));

async function loggedIn(edge: { url: string }, world: Partial<World> = {}) {
  await keep({ edge: edge.url, session: ranOut });
  return another(edge, world);
}
/** Of another program, or of this one started again. */
const another = (edge: { url: string }, world: Partial<World> = {}) =>
  openLogin({ context: "c", edge: edge.url, session: ranOut }, store, {
    fetch,
    now: Date.now,
    sleep: async () => undefined,
    agent: "test/1",
    ...world,
  });
const keep = (entry: ContextEntry) =>
  store.update((file) => {
    file.contexts["c"] = entry;
  });
const kept = async () => (await store.read()).contexts["c"]?.session?.refreshToken;

describe("a login that has run out", () => {
  test("is renewed once, however many ask at once and in however many programs", async () => {
    const edge = await startEdge();
    const [one, other] = [await loggedIn(edge), another(edge)];
    const bearers = await Promise.all([one.bearer(), other.bearer(), one.bearer(), other.bearer()]);
    expect(new Set(bearers)).toEqual(new Set(["a1-1"]));
    expect(edge.asked).toEqual(["r0"]);
    expect(await kept()).toBe("r1");
  });

  test("is renewed although answers get lost on the way, by the same token", async () => {
    const edge = await startEdge((send, response, time) => (time <= 2 ? void response.destroy() : send()));
    const login = await loggedIn(edge);
    expect(await login.bearer()).toBe("a1-3");
    expect(edge.asked).toEqual(["r0", "r0", "r0"]);
    expect(await kept()).toBe("r1");
  });

  test("is renewed although the edge is busy or its store away for a moment, after as long as it says", async () => {
    const slept: number[] = [];
    const edge = await startEdge((send, response, time) => {
      if (time === 1) refuse(response, 503, { code: "store_unavailable", detail: "Away." }, { "retry-after": "2" });
      else if (time === 2) refuse(response, 429, { code: "rate_limited" }, { "retry-after": "3600" });
      else send();
    });
    const login = await loggedIn(edge, { sleep: async (ms) => void slept.push(ms) });
    expect(await login.bearer()).toBe("a1-3");
    expect(slept).toEqual([2_000, 4_000]);
  });

  test("that can't be renewed for now keeps what renews it later", async () => {
    const edge = await startEdge((_, response) => response.destroy());
    const login = await loggedIn(edge);
    await expect(login.bearer()).rejects.toMatchObject({ exit: 5, message: expect.stringContaining("was cut") });
    expect(login.ended).toBeUndefined();
    expect(await kept()).toBe("r0");
    edge.deliver = (send) => send();
    expect(await login.bearer()).toMatch(/^a1-/);
  });

  test("that the edge has ended says what the edge says, and asks no more", async () => {
    const detail = "This login was ended because an older refresh token was used: somebody may have a copy of it.";
    const edge = await startEdge((_, response) => refuse(response, 401, { code: "not_authenticated", detail }));
    const login = await loggedIn(edge);
    await login.bearer();
    expect(login.ended).toMatchObject({
      message: detail,
      exit: 4,
      details: { hint: expect.stringContaining("login") },
    });
    expect(await login.renew("a0")).toBe(false);
    await login.bearer();
    expect(edge.asked).toHaveLength(1);
  });

  test("is not taken for ended, nor kept, because of an answer that is no edge's", async () => {
    const edge = await startEdge((_, response) => void response.writeHead(200).end("<html>Sign in</html>"));
    const login = await loggedIn(edge);
    await expect(login.bearer()).rejects.toThrow("contains no session");
    expect(login.ended).toBeUndefined();
    expect(await kept()).toBe("r0");
  });
});

describe("a context that changes while a program runs", () => {
  test("brings the login that somebody made anew", async () => {
    const edge = await startEdge();
    const login = await loggedIn(edge);
    const fresh = { accessToken: "fresh", refreshToken: "r7", expiresAt: soon() };
    await keep({ edge: edge.url, session: fresh });
    expect(await login.bearer()).toBe("fresh");
    expect(edge.asked).toEqual([]);
  });

  test("and is another edge's then sends nothing of that one to this", async () => {
    const edge = await startEdge();
    const login = await loggedIn(edge);
    const foreign = { accessToken: "foreign", refreshToken: "r9", expiresAt: soon() };
    await keep({ edge: "https://other.example", session: foreign });
    expect(await login.bearer()).toBe("a0");
    expect(login.ended?.message).toContain("changed to another edge");
    expect(edge.asked).toEqual([]);
  });

  test("or is logged out or gone ends the login there, too", async () => {
    const edge = await startEdge();
    for (const change of ["logout", "delete"]) {
      const login = await loggedIn(edge);
      await store.update((file) => {
        if (change === "delete") delete file.contexts["c"];
        else file.contexts["c"] = { edge: edge.url };
      });
      expect(await login.renew("a0")).toBe(false);
      expect(login.ended?.exit).toBe(4);
    }
  });
});

describe("Ctrl-C", () => {
  test("during a renewal does not break it off: the next token is on disk before the program ends", async () => {
    let answer = () => {};
    const edge = await startEdge((send) => {
      answer = send;
    });
    const stop = new AbortController();
    const login = await loggedIn(edge, { signal: stop.signal });
    const renewing = login.bearer();
    await expect.poll(() => edge.asked.length).toBe(1);
    stop.abort();
    setTimeout(answer, 100);
    await finished();
    expect(await kept()).toBe("r1");
    expect(await renewing).toBe("a1-1");
  });

  test("ends it all the same after some seconds without an answer, with what renews it later kept", async () => {
    const edge = await startEdge(() => undefined);
    const stop = new AbortController();
    const login = await loggedIn(edge, { signal: stop.signal });
    const renewing = login.bearer().catch((error: unknown) => error);
    await expect.poll(() => edge.asked.length).toBe(1);
    stop.abort();
    const from = performance.now();
    await finished();
    expect(performance.now() - from).toBeLessThan(6_000);
    expect(await renewing).toMatchObject({ exit: 5 });
    expect([edge.asked, await kept()]).toEqual([["r0"], "r0"]);
  }, 15_000);

  test("before a renewal begins lets none begin, and waits for no lock", async () => {
    const edge = await startEdge();
    const login = await loggedIn(edge, { signal: AbortSignal.abort() });
    await expect(login.bearer()).rejects.toThrow("Cancelled.");
    const stop = new AbortController();
    const waiting = another(edge, { signal: stop.signal });
    await store.update(async () => {
      const asked = waiting.bearer();
      stop.abort();
      await expect(asked).rejects.toThrow("Cancelled.");
    });
    expect(edge.asked).toEqual([]);
  });
});
