/** Secrets are planted in every place that takes one, everything is used, and then whatever the system emitted is searched. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newKeys } from "../../infra/launch/keys.ts";
import { type ModelServer, startModelServer } from "../fakes/model-server.ts";
import { rows } from "../harness/rows.ts";
import { type Person, type Stack, startStack } from "../harness/stack.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";

/** What must be nowhere, by what it is. */
const canaries: Record<string, string> = {
  "provider key": "canary-provider-key-9f8a7b6c",
  "rotated provider key": "canary-rotated-key-1a2b3c4d",
  "secret value": "canary-secret-value-5e6f7a8b",
  password: "canary-password-0c1d2e3f",
  "changed password": "canary-changed-password-4a5b",
};

let stack: Stack;
let provider: ModelServer;
let person: Person;
/** Everything that was answered to anybody, and where. */
const emitted: { where: string; text: string }[] = [];
const keys = newKeys();

async function call(method: string, url: string, body?: unknown, token = stack.admin.token) {
  const answer = await stack.admin.as(token).call(method, url, body);
  emitted.push({
    where: `${method} ${url}`,
    text: JSON.stringify([...answer.headers]) + JSON.stringify(answer.body ?? ""),
  });
  return answer;
}

async function mcpctl(args: readonly string[], options?: Parameters<Person["mcpctl"]>[1]) {
  const finished = await person.mcpctl(args, options);
  emitted.push({ where: `mcpctl ${args.join(" ")}`, text: finished.stdout + finished.stderr });
  return finished;
}

const field = (answer: { body: unknown }, name: string) => String((answer.body as Record<string, unknown>)[name]);

beforeAll(async () => {
  const { "provider key": key } = canaries;
  provider = await startModelServer({ ...(key ? { apiKey: key } : {}) });
  stack = await startStack({ env: keys });
  person = stack.person({ MCPCTL_EDGE: stack.edge.url, MCPCTL_TOKEN: stack.admin.token });
  for (const [name, value] of Object.entries(keys)) canaries[name] = value;
  const signing = JSON.parse(keys.SIGNING_KEY) as { d?: string };
  if (signing.d) canaries["private part of SIGNING_KEY"] = signing.d;
  canaries["admin token"] = stack.admin.token;
});

afterAll(async () => {
  await stack?.stop();
  await provider?.stop();
});

/** The full text of every process's command line. */
function commandLines(): string {
  if (process.platform !== "linux") return "";
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(path.join("/proc", pid, "cmdline"), "latin1");
      } catch {
        return "";
      }
    })
    .join("\n");
}

async function searchTables(): Promise<void> {
  const { databaseUrl } = stack.edge;
  const names = "select table_name as name from information_schema.tables where table_schema = 'public'";
  for (const { name } of await rows(databaseUrl, names))
    emitted.push({
      where: `table ${String(name)}`,
      text: JSON.stringify(await rows(databaseUrl, `select * from "${String(name)}"`)),
    });
}

test(verifies("secrets.write-only", "secrets that were planted in every field come out nowhere"), async () => {
  const { "provider key": key = "", "rotated provider key": rotated = "", "secret value": value = "" } = canaries;
  const { password = "", "changed password": changed = "" } = canaries;
  const user = { name: "eve", email: "eve@example.com", password };
  const secret = { name: "keys", data: { key, other: value } };
  const llm = {
    name: "guarded",
    type: "openai",
    model: "any",
    url: provider.url,
    apiKeyRef: { name: "keys", key: "key" },
  };

  // Make, read in every way, change, refuse, and go wrong with each of them.
  await call("POST", "/api/v1/secrets", secret);
  await call("POST", "/api/v1/secrets", secret);
  await call("POST", "/api/v1/secrets?dryRun=true", { ...secret, name: "rehearsed" });
  await call("POST", "/api/v1/secrets", { ...secret, name: "Not A Name" });
  await call("POST", "/api/v1/secrets", { ...secret, name: "wrong", data: { key: { nested: value } } });
  await call("POST", "/api/v1/secrets", `{"name": "broken", "data": {"key": "${value}"`);
  await call("POST", "/api/v1/llms", llm);
  await call("POST", "/api/v1/llms", { ...llm, name: "misplaced", apiKeyRef: key });
  await call("POST", "/api/v1/llms", { ...llm, name: "in-url", url: `http://user:${value}@127.0.0.1:9/` });
  await call("POST", "/api/v1/users", user);
  await call("POST", "/api/v1/users", { ...user, name: "mallory", email: "no address" });
  await call("POST", "/api/v1/auth/login", { email: user.email, password });
  await call("POST", "/api/v1/auth/login", { email: user.email, password: `${password}x` });
  await call("PATCH", "/api/v1/users/eve", { password: changed });
  const login = await call("POST", "/api/v1/auth/login", { email: user.email, password: changed });
  expect(login.status).toBe(200);
  // Shown to who logs in, once, and never again: from here on they are canaries as well.
  const shown = emitted.splice(
    emitted.findIndex((e) => e.text.includes(field(login, "refreshToken"))),
    1,
  );
  expect(shown).toHaveLength(1);
  canaries["access token"] = field(login, "accessToken");
  canaries["refresh token"] = field(login, "refreshToken");
  const made = await stack.admin.call("POST", "/api/v1/mcptokens", {
    name: "t",
    bindings: [{ role: "run", resource: "llms" }],
  });
  expect(made.status).toBe(201);
  const token = field(made, "token");
  canaries["mcptoken"] = token;

  for (const kind of ["secrets", "llms", "users", "mcptokens", "rbac", "secretbackends"]) {
    await call("GET", `/api/v1/${kind}`);
    await mcpctl(["get", kind, "-o", "yaml", "--show-status"]);
    await mcpctl(["get", kind, "-o", "json"]);
  }
  for (const [kind, name] of [
    ["secret", "keys"],
    ["llm", "guarded"],
    ["user", "eve"],
    ["mcptoken", "t"],
  ] as const)
    await mcpctl(["describe", kind, name, "-v"]);
  await mcpctl(["apply", "-f", "-"], {
    stdin: `kind: secret\nname: keys\ndata: { key: ${key}, other: ${value} }\nwrong: 1\n`,
  });
  await mcpctl(["get", "llms", "-v"], { env: { MCPCTL_EDGE: "http://127.0.0.1:9" } });
  for (const at of ["/api/v1/auth/me", "/api/v1/openapi.json", "/.well-known/jwks.json", "/readyz", "/healthz"])
    await call("GET", at);

  const hello = (content: string, stream = false) => ({
    model: "guarded",
    stream,
    messages: [{ role: "user", content }],
  });
  for (const order of ["hello", "status 401", "status 500", "cut"]) {
    await call("POST", "/v1/chat/completions", hello(order), token);
    await call("POST", "/v1/chat/completions", hello(order, true), token);
  }
  expect(provider.seen.some((s) => s.headers.authorization === `Bearer ${key}`)).toBe(true);
  // The provider refuses the new key, in words that some providers repeat it in.
  await call("PATCH", "/api/v1/secrets/keys", { data: { key: rotated } });
  await call("POST", "/v1/chat/completions", hello("hello"), token);
  await call("PATCH", "/api/v1/llms/guarded", { url: `${provider.url}/v1` });
  const running = commandLines();
  await searchTables();
  await call("DELETE", "/api/v1/mcptokens/t");
  await call("POST", "/v1/chat/completions", hello("hello"), token);

  const calls = "select 1 from auditevent where kind = 'llm_inference_call'";
  await until("the audit has arrived", async () => (await rows(stack.edge.databaseUrl, calls)).length >= 9);
  await searchTables();
  emitted.push({ where: "the edge's log", text: stack.edge.log() }, { where: "command lines", text: running });

  const leaks = emitted.flatMap(({ where, text }) =>
    Object.entries(canaries)
      .filter(
        ([, canary]) =>
          text.includes(canary) || text.includes(Buffer.from(canary).toString("base64").replace(/=+$/, "")),
      )
      .map(([what]) => `${what} in ${where}`),
  );
  expect(leaks).toEqual([]);
});

test("the search for planted secrets finds one that is shown", () => {
  expect(emitted.length).toBeGreaterThan(50);
  expect(emitted.some((e) => e.where.startsWith("table secret") && e.text.includes("keys"))).toBe(true);
  expect(emitted.some((e) => e.where.startsWith("table auditevent") && e.text.includes("llm_inference_call"))).toBe(
    true,
  );
  for (const table of ["secret", "user", "mcptoken", "session", "password"])
    expect(
      emitted.some((e) => e.where === `table ${table}` && e.text.length > 2),
      table,
    ).toBe(true);
  expect(emitted.some((e) => e.where === "command lines" && e.text.includes("workerd"))).toBe(
    process.platform === "linux",
  );
});
