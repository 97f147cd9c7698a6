/** Renewing a login while things go wrong: lost answers, signals, two programs, a copy of the file. */
import { once } from "node:events";
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Person, type Running, type Stack, startStack } from "../harness/stack.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";
import { type Front, startFront } from "./front.ts";

const credentials = { email: "admin@mcpctl.local", password: "correct horse battery staple" };
const REFRESH = "POST /api/v1/auth/refresh";

let stack: Stack;
let front: Front;
let ada: Person;

beforeAll(async () => {
  stack = await startStack();
  front = await startFront(stack.edge.url);
}, 120_000);
afterAll(async () => {
  await front?.stop();
  await stack?.stop();
});
beforeEach(() => {
  front.interfere = () => false;
  front.seen.length = 0;
  ada = stack.person();
});

interface Session {
  accessToken: string;
  refreshToken: string;
  expiresAt: string;
}
const fileOf = (person: Person) => path.join(person.home, "mcpctl", "contexts.yaml");
const stored = (person: Person): Session =>
  (JSON.parse(readFileSync(fileOf(person), "utf8")) as { contexts: { c: { session: Session } } }).contexts.c.session;
function keep(person: Person, session: Session): void {
  mkdirSync(path.dirname(fileOf(person)), { recursive: true, mode: 0o700 });
  const file = { currentContext: "c", contexts: { c: { edge: front.url, session } } };
  writeFileSync(fileOf(person), JSON.stringify(file), { mode: 0o600 });
}
/** As if its minutes were over. */
const worn = ({ accessToken, refreshToken }: Session): Session => ({
  accessToken,
  refreshToken,
  expiresAt: "2020-01-01T00:00:00.000Z",
});

/** A new login, whose access token has run out. */
async function loggedIn(person = ada): Promise<Session> {
  const login = await stack.admin.as("").call("POST", "/api/v1/auth/login", credentials);
  const session = worn(login.body as Session);
  keep(person, session);
  return session;
}

const isRefresh = (req: IncomingMessage) => `${req.method} ${req.url}` === REFRESH;

/** The edge renews; what becomes of its answer is up to the test. */
function holdRenewals(take: (deliver: () => void, res: ServerResponse) => void): void {
  front.interfere = (req, res) => {
    if (!isRefresh(req)) return false;
    const onward = async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk as Buffer);
      const answer = await fetch(stack.edge.url + req.url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: Buffer.concat(chunks),
      });
      const body = Buffer.from(await answer.arrayBuffer());
      take(() => res.writeHead(answer.status, { "content-type": "application/json" }).end(body), res);
    };
    void onward();
    return true;
  };
}

/** A program, stopped by these signals while its renewal's answer is on the way. */
async function interrupted(start: () => Running, ...signals: NodeJS.Signals[]) {
  let deliver: (() => void) | undefined;
  holdRenewals((send) => {
    deliver = send;
  });
  const program = start();
  await until("the edge has renewed", () => deliver !== undefined);
  const closed = once(program.process, "close");
  for (const signal of signals) {
    program.process.kill(signal);
    await new Promise((done) => setTimeout(done, 150));
  }
  deliver?.();
  const [code, signal] = (await closed) as [number | null, NodeJS.Signals | null];
  return { code, signal };
}

describe("a renewal of a login whose answer gets lost", () => {
  test(verifies("auth.refresh-grace", "is asked for again at once, and nobody notices"), async () => {
    const before = await loggedIn();
    let lost = 0;
    holdRenewals((deliver, res) => (lost++ < 2 ? void res.destroy() : deliver()));
    const said = await ada.mcpctl(["get", "projects", "-o", "name"]);
    expect(said).toMatchObject({ code: 0, stdout: expect.stringContaining("project/default"), stderr: "" });
    expect(lost).toBe(3);
    expect(stored(ada).refreshToken).not.toBe(before.refreshToken);
  });

  test(verifies(
    "auth.refresh-grace",
    "is asked for again by the next program, also after the first one was killed",
  ), async () => {
    await loggedIn();
    let renewed = false;
    holdRenewals(() => {
      renewed = true;
    });
    const killed = ada.running(["get", "projects"]);
    await until("the edge has renewed", () => renewed);
    killed.process.kill("SIGKILL");
    await killed.ended;
    front.interfere = () => false;
    // The lock that the dead one left is broken after half a minute.
    const old = Date.now() / 1000 - 31;
    utimesSync(`${fileOf(ada)}.lock`, old, old);
    const agent = ada.mcplocal(["publish", "--url", "http://127.0.0.1:9", "--model", "m", "--name", "after-a-kill"]);
    await agent.says("can be called");
    agent.process.kill("SIGTERM");
    await agent.ended;
    expect(await ada.mcpctl(["whoami", "-o", "name"])).toMatchObject({ code: 0, stdout: "admin\n" });
  }, 30_000);
});

describe("a signal during a renewal ends the program after the next token is on disk", () => {
  const asking = () => ada.running(["get", "projects"]);
  const publishing = () =>
    ada.mcplocal(["publish", "--url", "http://127.0.0.1:9", "--model", "m", "--name", "signalled"]);
  const cases: [string, () => Running, NodeJS.Signals[], { code?: number | null; signal?: NodeJS.Signals | null }][] = [
    ["mcpctl, Ctrl-C", asking, ["SIGINT"], { code: 130 }],
    ["mcpctl, Ctrl-C twice", asking, ["SIGINT", "SIGINT"], { code: 130 }],
    ["mcpctl, SIGTERM", asking, ["SIGTERM"], { signal: "SIGTERM" }],
    ["mcpctl, its terminal closed", asking, ["SIGHUP"], { signal: "SIGHUP" }],
    ["mcplocal, Ctrl-C", publishing, ["SIGINT"], {}],
    ["mcplocal, Ctrl-C twice", publishing, ["SIGINT", "SIGINT"], { code: 1 }],
    ["mcplocal, SIGTERM twice", publishing, ["SIGTERM", "SIGTERM"], { code: 1 }],
    ["mcplocal, its terminal closed", publishing, ["SIGHUP"], { signal: "SIGHUP" }],
  ];
  test.each(cases)(
    "%s",
    async (_, start, signals, ends) => {
      const before = await loggedIn();
      expect(await interrupted(start, ...signals)).toMatchObject(ends);
      const after = stored(ada);
      expect(after.refreshToken).not.toBe(before.refreshToken);
      // Were it not there, this would be a renewal with a token of before.
      front.interfere = () => false;
      keep(ada, worn(after));
      expect(await ada.mcpctl(["whoami", "-o", "name"])).toMatchObject({ code: 0, stdout: "admin\n" });
    },
    30_000,
  );
});

describe("a login that was ended because a copy of it was used", () => {
  test(
    verifies("auth.refresh-rotates", "says so to who used the copy and to its owner, in mcpctl and mcplocal"),
    async () => {
      const copy = await loggedIn();
      for (let i = 0; i < 2; i++) {
        expect((await ada.mcpctl(["whoami"])).code).toBe(0);
        keep(ada, worn(stored(ada)));
      }
      const thief = stack.person();
      keep(thief, copy);
      const told =
        /^Error: This login was ended because an older refresh token was used: .+\nLog in with `mcpctl login`/;
      for (const person of [thief, ada, ada]) {
        const said = await person.mcpctl(["get", "projects"]);
        expect(said).toMatchObject({ code: 4, stdout: "", stderr: expect.stringMatching(told) });
      }
      const args = ["publish", "--url", "http://127.0.0.1:9", "--model", "m", "--name", "ended"];
      const agent = await ada.mcplocal(args).ended;
      expect(agent).toMatchObject({
        code: 4,
        stderr: expect.stringMatching(/This login was ended because an older refresh token was used.+\n.*mcpctl login/),
      });
    },
  );
});
