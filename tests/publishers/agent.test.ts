/** The real local agent in front of a real model server, against a real edge. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ModelServer, startModelServer, streamOf } from "../fakes/model-server.ts";
import { rows } from "../harness/rows.ts";
import { type Person, type Running, type Stack, startStack } from "../harness/stack.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";

let stack: Stack;
let server: ModelServer;

beforeAll(async () => {
  server = await startModelServer();
  stack = await startStack();
});
afterAll(async () => {
  await stack?.stop();
  await server?.stop();
});

const ask = (model: string, content: string, stream = false) => ({
  model,
  stream,
  messages: [{ role: "user", content }],
});

const call = (model: string, content = "hi") => stack.admin.call("POST", "/v1/chat/completions", ask(model, content));

async function rowOf(name: string): Promise<{ id: string; status: { state: string; publisher: string } }> {
  const [row] = await rows(stack.edge.databaseUrl, `select id, status from llm where name = '${name}'`);
  return row as { id: string; status: { state: string; publisher: string } };
}

const becomes = (name: string, state: string) =>
  until(`${name} is ${state}`, async () => (await rowOf(name))?.status.state === state);

async function publishing(
  name: string,
  more: readonly string[] = [],
  person = stack.person(),
): Promise<{ agent: Running; person: Person }> {
  const agent = person.mcplocal(
    ["publish", "--url", `${server.url}/v1/`, "--model", `real/${name}`, "--name", name, ...more],
    {
      env: { MCPCTL_EDGE: stack.edge.url, MCPCTL_TOKEN: stack.admin.token },
    },
  );
  await agent.says("can be called");
  return { agent, person };
}

describe("a published model", () => {
  test(verifies("virtual.publish", "answers as the model server does, whole and streaming"), async () => {
    const { agent } = await publishing("answers");
    expect(await call("answers")).toMatchObject({ status: 200, body: { object: "chat.completion" } });
    const streamed = await fetch(`${stack.edge.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${stack.admin.token}`, "content-type": "application/json" },
      body: JSON.stringify(ask("answers", "hi", true)),
    });
    expect(await streamed.text()).toBe(streamOf("real/answers", false));
    agent.process.kill("SIGTERM");
    expect((await agent.ended).code).toBe(0);
    expect((await rowOf("answers")).status.state).toBe("inactive");
  });

  test(verifies("virtual.sticky", "keeps its row when its agent is killed and started again"), async () => {
    const { agent, person } = await publishing("sticky");
    const before = await rowOf("sticky");
    agent.process.kill("SIGKILL");
    await becomes("sticky", "inactive");
    await publishing("sticky", [], person);
    const after = await rowOf("sticky");
    expect(after.id).toBe(before.id);
    expect(after.status).toMatchObject({ state: "active", publisher: before.status.publisher });
    expect(await call("sticky")).toMatchObject({ status: 200 });
  });

  test(
    verifies("virtual.inactive-at-once", "refuses a call at once when its agent is killed with it in flight"),
    async () => {
      const { agent } = await publishing("killed");
      const pending = call("killed", "hang");
      await until("the model server was asked", () => server.seen.some((s) => s.body.includes("real/killed")));
      const killed = Date.now();
      agent.process.kill("SIGKILL");
      const answer = await pending;
      expect(answer.status).toBe(503);
      expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
      await becomes("killed", "inactive");
      expect(Date.now() - killed).toBeLessThan(6_000);
      expect(await call("killed")).toMatchObject({ status: 503, body: { error: { code: "publisher_offline" } } });
    },
  );
});

/** The agent to its end, with this environment. */
const ends = (args: readonly string[], env: NodeJS.ProcessEnv = {}, person = stack.person()) =>
  person.mcplocal(args, { env }).ended;
const here = () => ({ MCPCTL_EDGE: stack.edge.url, MCPCTL_TOKEN: stack.admin.token });
const asked = (name: string) => server.seen.filter((s) => s.body.includes(`real/${name}"`));

describe("mcplocal that is stopped", () => {
  test(
    verifies("virtual.drain", "finishes what is in flight, takes nothing new, and is inactive when it ends"),
    async () => {
      const { agent } = await publishing("drains", ["--slots", "2"]);
      const controller = new AbortController();
      const response = await fetch(`${stack.edge.url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${stack.admin.token}`, "content-type": "application/json" },
        body: JSON.stringify(ask("drains", "trickle", true)),
        signal: controller.signal,
      });
      const reader = response.body?.getReader();
      await reader?.read();
      agent.process.kill("SIGTERM");
      await becomes("drains", "inactive");
      const seen = asked("drains").length;
      expect(await call("drains")).toMatchObject({ status: 503 });
      expect(asked("drains"), "nothing new was taken").toHaveLength(seen);
      for (let i = 0; i < 5; i++) expect((await reader?.read())?.done, "the stream goes on").toBe(false);
      expect(agent.process.exitCode).toBeNull();
      controller.abort();
      expect((await agent.ended).code).toBe(0);
      expect(agent.output()).toContain("Finishing 1 answer");
    },
  );

  test("ends at once at a second signal", async () => {
    const { agent } = await publishing("impatient");
    const pending = call("impatient", "hang");
    await until("the model server was asked", () => asked("impatient").length > 0);
    agent.process.kill("SIGINT");
    await agent.says("Finishing 1 answer");
    agent.process.kill("SIGINT");
    expect((await agent.ended).code).toBe(1);
    expect((await pending).status).toBe(503);
  });

  test("ends with its standard input under --exit-with-parent, and says good-bye", async () => {
    const person = stack.person();
    const agent = person.mcplocal(
      ["publish", "--url", server.url, "--model", "real/orphan", "--name", "orphan", "--exit-with-parent"],
      { env: here() },
    );
    expect((await agent.ended).code).toBe(0);
  });
});

describe("mcplocal in trouble", () => {
  test(verifies("virtual.cancel", "ends the request at the model server when the caller hangs up"), async () => {
    await publishing("cancels");
    const controller = new AbortController();
    const response = await fetch(`${stack.edge.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${stack.admin.token}`, "content-type": "application/json" },
      body: JSON.stringify(ask("cancels", "trickle", true)),
      signal: controller.signal,
    });
    await response.body?.getReader().read();
    controller.abort();
    await until("the model server's request ended", () => asked("cancels").every((s) => s.aborted), 1_500);
    expect(await call("cancels"), "its slot is free").toMatchObject({ status: 200 });
  });

  test("is back within 5 s after the edge restarts, with the same row", async () => {
    const { agent } = await publishing("reconnects");
    const before = await rowOf("reconnects");
    await stack.edge.kill();
    await agent.says("trying again");
    await stack.edge.restart();
    const restarted = Date.now();
    await until("it answers", async () => (await call("reconnects")).status === 200, 6_000);
    expect(Date.now() - restarted).toBeLessThan(6_000);
    expect(await rowOf("reconnects")).toEqual(before);
  });

  test("answers 502 when the model server is down, and an error event when it cuts its stream", async () => {
    const gone = await startModelServer();
    await gone.stop();
    const person = stack.person();
    const agent = person.mcplocal(["publish", "--url", gone.url, "--model", "real/down", "--name", "down"], {
      env: here(),
    });
    await agent.says("can be called");
    const answer = await call("down");
    expect(answer).toMatchObject({ status: 502, body: { error: { code: "publisher_failed" } } });
    expect(JSON.stringify(answer.body)).toContain("nothing listens there");
    await publishing("cuts");
    const streamed = await fetch(`${stack.edge.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${stack.admin.token}`, "content-type": "application/json" },
      body: JSON.stringify(ask("cuts", "cut", true)),
    });
    const text = await streamed.text();
    expect(text).toContain("Hello");
    expect(text.split('"error"')).toHaveLength(2);
    expect(text).not.toContain("[DONE]");
  });

  test("keeps the status, words and Retry-After of the model server's own refusal", async () => {
    await publishing("says-no");
    const answer = await call("says-no", "status 429");
    expect(answer).toMatchObject({ status: 429, body: { error: { message: "the provider says 429" } } });
    expect(answer.headers.get("retry-after")).toBe("7");
  });

  test("says so when the model server wants a key", async () => {
    await publishing("wants-a-key");
    expect(await call("wants-a-key", "status 401")).toMatchObject({
      status: 502,
      body: { error: { message: expect.stringContaining("wants a key, and a publisher sends none (401)") } },
    });
  });

  test("hands over to a second agent with the same home, says so and ends", async () => {
    const { agent, person } = await publishing("taken-over");
    await publishing("taken-over", [], person);
    const first = await agent.ended;
    expect(first.code).toBe(1);
    expect(first.stderr).toContain("took over");
    expect(await call("taken-over")).toMatchObject({ status: 200 });
  });
});

describe("the current context of mcplocal", () => {
  test("renews a login that has run out, and keeps the next refresh token readable by its owner alone", async () => {
    const { admin, edge } = stack;
    const [email, password] = ["owner@example.com", "correct horse battery staple"];
    await admin.create("users", { name: "owner", email, password });
    const bindings = [{ role: "create", resource: "llms" }];
    await admin.create("rbac", { name: "owners", subjects: [{ kind: "User", name: "owner" }], bindings });
    const login = (await admin.as("").call("POST", "/api/v1/auth/login", { email, password })).body as Session;
    const person = stack.person();
    const directory = path.join(person.home, "mcpctl");
    const file = path.join(directory, "contexts.yaml");
    mkdirSync(directory, { recursive: true });
    const { refreshToken } = login;
    const session = { accessToken: "worn out", refreshToken, expiresAt: "2020-01-01T00:00:00.000Z" };
    const contexts = { here: { edge: edge.url, session, project: "kept" } };
    writeFileSync(file, JSON.stringify({ currentContext: "here", contexts }), { mode: 0o600 });
    const agent = person.mcplocal(["publish", "--url", server.url, "--model", "m", "--name", "by-login"]);
    await agent.says("can be called");
    const kept = JSON.parse(readFileSync(file, "utf8")) as {
      contexts: { here: { session: Session; project: string } };
    };
    expect(kept.contexts.here.project).toBe("kept");
    expect(kept.contexts.here.session.refreshToken).not.toBe(refreshToken);
    expect(Date.parse(kept.contexts.here.session.expiresAt)).toBeGreaterThan(Date.now());
    const secret = [
      file,
      ...readdirSync(path.join(directory, "sessions")).map((f) => path.join(directory, "sessions", f)),
    ];
    expect(secret.map((f) => statSync(f).mode & 0o077)).toEqual(secret.map(() => 0));
    agent.process.kill("SIGTERM");
    await agent.ended;
    // Once the next one was used, too, the first is somebody's copy.
    const used = { refreshToken: kept.contexts.here.session.refreshToken };
    expect((await admin.as("").call("POST", "/api/v1/auth/refresh", used)).status).toBe(200);
    writeFileSync(file, JSON.stringify({ currentContext: "here", contexts }), { mode: 0o600 });
    const again = await ends(["publish", "--url", server.url, "--model", "m", "--name", "by-login"], {}, person);
    expect(again).toMatchObject({ code: 4, stderr: expect.stringContaining("mcpctl login") });
  });
});

interface Session {
  accessToken: string;
  refreshToken: string;
  expiresAt: string;
}

describe("what mcplocal prints and exits with", () => {
  const what = (name: string) => ["publish", "--url", server.url, "--model", "m", "--name", name];

  test(verifies("virtual.conflict", "is 1 for a name that somebody else publishes, and who that is"), async () => {
    await publishing("contested");
    const { status } = await rowOf("contested");
    const refused = await ends(what("contested"), here());
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain(status.publisher);
  });

  test("is 2 for wrong usage, 4 for a refused credential, and 5 for an address without an edge", async () => {
    expect(await ends(["publish"], here())).toMatchObject({ code: 2 });
    expect(await ends(["publish", "--nonsense"], here())).toMatchObject({ code: 2 });
    expect(await ends(what("x"))).toMatchObject({ code: 2, stderr: expect.stringContaining("mcpctl login") });
    expect(await ends(what("x"), { ...here(), MCPCTL_TOKEN: "garbage" })).toMatchObject({ code: 4 });
    expect(await ends(what("x"), { ...here(), MCPCTL_EDGE: server.url })).toMatchObject({ code: 5 });
  });

  test("is a warning with --token, which others can see", async () => {
    const { MCPCTL_EDGE } = here();
    const agent = stack.person().mcplocal([...what("by-flag"), "--token", stack.admin.token], { env: { MCPCTL_EDGE } });
    await agent.says("can be called");
    expect(agent.output()).toContain("MCPCTL_TOKEN");
    expect(agent.output()).not.toContain(stack.admin.token);
  });

  test("is one event a line with --log json, and never a secret", async () => {
    const { agent } = await publishing("structured", ["--log", "json"]);
    agent.process.kill("SIGTERM");
    const { stdout } = await agent.ended;
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string });
    expect(events.map((e) => e.event)).toEqual(["published", "connected", "left"]);
    expect(stdout).not.toContain("mcpctl_p");
  });

  test("is the list of what runs, for status", async () => {
    const { agent, person } = await publishing("told");
    const status = async () => JSON.parse((await ends(["status", "-o", "json"], {}, person)).stdout) as unknown[];
    expect(await status()).toMatchObject([{ llms: ["told"], running: true, pid: agent.pid }]);
    agent.process.kill("SIGTERM");
    await agent.ended;
    expect(await status()).toMatchObject([{ llms: ["told"], running: false }]);
  });
});
