/** Who a person is to which edge: contexts, logins that renew themselves, and credentials that go nowhere else. */
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { type Front, startFront } from "./front.ts";
import { type Person, person } from "./person.ts";

const password = "correct horse battery staple";
let edge: TestEdge;
let front: Front;
let token: string;
let ada: Person;

beforeAll(async () => {
  edge = await startEdge();
  front = await startFront(edge.url);
  token = (await edge.bootstrap()).token;
});
afterAll(async () => {
  await front?.stop();
  await edge?.stop();
});
beforeEach(() => {
  ada = person();
  front.interfere = () => false;
  front.seen.length = 0;
  return () => ada.leave();
});

const file = () => path.join(ada.home, "mcpctl", "contexts.yaml");
const stored = () => JSON.parse(readFileSync(file(), "utf8"));
const login = () => ada.run(["login", front.url, "--email", "admin@mcpctl.local"], { answers: [password] });

describe("a login", () => {
  test("is asked for without an argument, kept 0600, and shown by nothing", async () => {
    const said = await login();
    expect(said).toMatchObject({ exit: 0, out: "" });
    expect(said.err).toContain(`Logged in to ${front.url} as admin`);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    const { session } = stored().contexts[new URL(front.url).host];
    for (const args of [
      ["config", "view"],
      ["config", "view", "-o", "json"],
      ["config", "get-contexts"],
      ["whoami", "-v"],
      ["get", "llm/none", "-v"],
    ]) {
      const { out, err } = await ada.run(args);
      for (const secret of [session.accessToken, session.refreshToken, password])
        expect(out + err, args.join(" ")).not.toContain(secret);
    }
    expect((await ada.run(["whoami", "-o", "name"])).out).toBe("admin\n");
  });

  test("that is refused says what was wrong, and leaves the contexts as they were", async () => {
    const wrong = await ada.run(["login", front.url, "--email", "admin@mcpctl.local"], {
      answers: ["not the password"],
    });
    expect(wrong.exit).toBe(4);
    expect(wrong.err).toContain(
      "Error: The e-mail address or the password is wrong.\nNothing was changed: try again.\n",
    );
    const unknown = await ada.run(["login", front.url, "--token-stdin"], { stdin: "mcpctl_pat_nobody\n" });
    expect(unknown.exit).toBe(4);
    expect(unknown.err).toContain(`${front.url} does not accept this token`);
    expect((await ada.run(["config", "get-contexts", "-o", "name"])).out).toBe("");
  });

  test("is renewed once, however many programs notice at the same time that it ran out", async () => {
    await login();
    const soon = () => Date.now() + 16 * 60_000;
    const all = await Promise.all([1, 2, 3, 4].map(() => ada.run(["get", "projects", "-o", "name"], { now: soon })));
    expect(all.map((s) => [s.exit, s.err])).toEqual([
      [0, ""],
      [0, ""],
      [0, ""],
      [0, ""],
    ]);
    expect((await ada.run(["get", "projects", "-o", "name"])).out).toContain("project/default\n");
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  test("is renewed after a 401, and the request repeated", async () => {
    await login();
    const before = stored().contexts[new URL(front.url).host].session;
    let refused = 0;
    front.interfere = (req, res) => {
      if (req.headers.authorization !== `Bearer ${before.accessToken}`) return false;
      refused++;
      res
        .writeHead(401, { "content-type": "application/problem+json" })
        .end(JSON.stringify({ code: "not_authenticated", detail: "Unknown." }));
      return true;
    };
    const all = await Promise.all([1, 2, 3].map(() => ada.run(["get", "projects", "-o", "name"])));
    expect(all.map((s) => s.exit)).toEqual([0, 0, 0]);
    expect(refused).toBeGreaterThan(0);
    expect(front.seen.filter((s) => s === "POST /api/v1/auth/refresh")).toHaveLength(1);
    expect(stored().contexts[new URL(front.url).host].session.refreshToken).not.toBe(before.refreshToken);
  });

  test("that has ended says so once, with what to do", async () => {
    await login();
    await ada.run(["logout"]);
    const said = await ada.run(["get", "llms"]);
    expect(said).toMatchObject({ exit: 4, out: "" });
    expect(said.err).toContain("mcpctl login");
    expect(readFileSync(file(), "utf8")).not.toContain("refreshToken");
  });

  test("with a wrong password leaves everything as it was", async () => {
    const said = await ada.run(["login", front.url, "--email", "admin@mcpctl.local"], {
      answers: ["wrong wrong wrong"],
    });
    expect(said).toMatchObject({ exit: 4, out: "" });
    expect((await ada.run(["config", "get-contexts"])).err).toBe("No contexts found.\n");
  });

  test("with a token tries the token before it is kept", async () => {
    expect((await ada.run(["login", front.url, "--token-stdin"], { stdin: "mcpctl_pat_nonsense\n" })).exit).toBe(4);
    expect((await ada.run(["login", front.url, "--token-stdin"], { stdin: `${token}\n` })).exit).toBe(0);
    expect((await ada.run(["whoami", "-o", "name"])).out).toBe("admin\n");
  });
});

describe("a personal token", () => {
  test("is printed alone and once, works for a login, and is revoked by its name", async () => {
    await login();
    const made = await ada.run(["auth", "create-token", "gpu-box", "--expiry", "90d"]);
    expect(made).toMatchObject({ exit: 0, out: expect.stringMatching(/^mcpctl_pat_\w+\n$/) });
    expect((await ada.run(["auth", "get-tokens"])).out).toMatch(/^gpu-box +in (89|90)d/m);
    const box = person();
    expect((await box.run(["login", front.url, "--token-stdin"], { stdin: made.out })).exit).toBe(0);
    expect((await box.run(["whoami", "-o", "name"])).out).toBe("admin\n");
    expect((await ada.run(["auth", "delete-token", "gpu-box"])).out).toBe('token "gpu-box" deleted\n');
    await expect.poll(async () => (await box.run(["whoami"])).exit, { timeout: 10_000 }).toBe(4);
    box.leave();
    const again = await ada.run(["auth", "delete-token", "gpu-box"]);
    expect(again).toMatchObject({ exit: 3, out: "" });
    expect(again.err).toContain("mcpctl auth get-tokens");
  });
});

describe("a context", () => {
  test("is set, chosen, shown and forgotten", async () => {
    await ada.run(
      ["config", "set-context", "one", "--edge", front.url, "--token-stdin", "-p", "web", "--current-if-none"],
      { stdin: token },
    );
    await ada.run(["config", "set-context", "two", "--edge", "https://two.example", "--current-if-none"]);
    expect((await ada.run(["config", "current-context"])).out).toBe("one\n");
    expect((await ada.run(["config", "view", "-o", "jsonpath={.contexts.one.edge}"])).out).toBe(`${front.url}\n`);
    expect((await ada.run(["config", "use-context", "three"])).exit).toBe(3);
    await ada.run(["config", "use-context", "two"]);
    expect((await ada.run(["config", "get-contexts"])).out).toMatch(
      /^NAME .*\none +http.* web +token\ntwo +\* +https:\/\/two.example .*none\n$/,
    );
    expect((await ada.run(["get", "projects", "-o", "name", "--context", "one"])).out).toContain("project/default\n");
    await ada.run(["config", "delete-context", "two"]);
    expect((await ada.run(["config", "current-context"])).exit).toBe(1);
    expect((await ada.run(["config", "set-context", "x", "--edge", "not a url"])).exit).toBe(2);
  });

  test("that is in use is changed without naming it, and can be renamed", async () => {
    await ada.run(["config", "set-context", "mine", "--edge", front.url, "--token-stdin", "--current"], {
      stdin: token,
    });
    const project = async () => (await ada.run(["config", "view", "-o", "jsonpath={.contexts.mine.project}"])).out;
    expect((await ada.run(["config", "set-context", "--current", "-p", "web"])).err).toBe('Context "mine" changed.\n');
    expect(await project()).toBe("web\n");
    await ada.run(["config", "set-context", "--current", "-p", ""]);
    expect(await project()).toBe("\n");
    expect((await ada.run(["config", "set-context", "-p", "web"])).exit).toBe(2);
    await ada.run(["config", "set-context", "taken", "--edge", front.url]);
    expect((await ada.run(["config", "rename-context", "mine", "taken"])).err).toContain("There is a context");
    expect((await ada.run(["config", "rename-context", "mine", "ours"])).exit).toBe(0);
    expect((await ada.run(["config", "current-context"])).out).toBe("ours\n");
    expect((await ada.run(["get", "project", "default", "-o", "name"])).out).toBe("project/default\n");
    for (const name of ["taken", "ours"]) await ada.run(["config", "delete-context", name]);
  });

  test("sends its credential to no other edge", async () => {
    const seen: (string | undefined)[] = [];
    const other = await startFront(edge.url);
    other.interfere = (req, res) => {
      seen.push(req.headers.authorization);
      res.writeHead(200, { "content-type": "application/json" }).end('{"items":[]}');
      return true;
    };
    await ada.run(["config", "set-context", "one", "--edge", front.url, "--token-stdin", "--current"], {
      stdin: token,
    });
    await ada.run(["get", "llms", "--edge", other.url]);
    await ada.run(["get", "llms"], { env: { MCPCTL_EDGE: other.url } });
    expect(seen).toEqual([undefined, undefined]);
    // Renaming where it points takes the credential away, too.
    await ada.run(["config", "set-context", "one", "--edge", other.url]);
    expect(readFileSync(file(), "utf8")).not.toContain(token);
    await other.stop();
  });

  test("that can't be written says so, and commands that need no file go on", async () => {
    const blocked = path.join(ada.home, "a-file");
    writeFileSync(blocked, "");
    const env = { MCPCTL_HOME: path.join(blocked, "home") };
    const said = await ada.run(["config", "set-context", "x", "--edge", front.url], { env });
    expect(said).toMatchObject({ exit: 1, out: "" });
    expect(said.err).toMatch(/^Error: \S+home can't be written: ENOTDIR: not a directory\.\nSet MCPCTL_HOME to/);
    const asked = await ada.run(["get", "project", "default", "-o", "name"], {
      env: { ...env, MCPCTL_EDGE: front.url, MCPCTL_TOKEN: token },
    });
    expect(asked).toEqual({ exit: 0, out: "project/default\n", err: "" });
  });

  test("follows no redirect, which would take the credential along", async () => {
    front.interfere = (_req, res) => {
      res.writeHead(307, { location: "http://127.0.0.1:9/" }).end();
      return true;
    };
    const said = await ada.run(["get", "llms"], { env: { MCPCTL_EDGE: front.url, MCPCTL_TOKEN: token } });
    expect(said.exit).not.toBe(0);
    expect(said.err).toContain("307");
  });

  test("file that others can read is warned of, one in YAML is read, any other is refused", async () => {
    await ada.run(["config", "set-context", "one", "--edge", front.url, "--current"]);
    chmodSync(file(), 0o644);
    expect((await ada.run(["config", "current-context"])).err).toContain("can be read by others");
    writeFileSync(file(), `currentContext: hand\ncontexts:\n  hand:\n    edge: ${front.url}\n    token: ${token}\n`, {
      mode: 0o600,
    });
    chmodSync(file(), 0o600);
    expect((await ada.run(["whoami", "-o", "name"])).out).toBe("admin\n");
    for (const broken of ["contexts: [", "contexts: {a: {edge: 3}}", "{"]) {
      writeFileSync(file(), broken);
      const said = await ada.run(["whoami"]);
      expect(said).toMatchObject({ exit: 1, out: "" });
      expect(said.err).toContain("contexts.yaml is not");
      expect(said.err.trim().split("\n").length).toBeLessThanOrEqual(3);
    }
  });

  test("file that several programs write at once loses nothing of any", async () => {
    await Promise.all(
      [..."abcdefgh"].map((c) => ada.run(["config", "set-context", c, "--edge", `https://${c}.example`])),
    );
    expect(Object.keys(stored().contexts).sort()).toEqual([..."abcdefgh"]);
  });
});
