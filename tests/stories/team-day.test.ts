/** A team's day: an administrator with files, a colleague who logs in at the company's provider, and a second machine. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Front, startFront } from "../cli/front.ts";
import { logInAt, openBrowser } from "../fakes/browser.ts";
import { type ModelServer, startModelServer } from "../fakes/model-server.ts";
import { CLIENT, type OpenIdProvider, startOpenIdProvider } from "../fakes/openid-provider.ts";
import { type Finished, type Person, type Stack, startStack } from "../harness/stack.ts";
import { until } from "../harness/until.ts";
import { root } from "../laws/repository.ts";
import { verifies } from "../requirements.ts";

const documents = 30;
let idp: OpenIdProvider;
let models: ModelServer;
let stack: Stack;
let front: Front;
let admin: Person;
let ada: Person;
/** The directory that the team keeps in its repository. */
let team: string;

beforeAll(async () => {
  [idp, models] = await Promise.all([
    startOpenIdProvider(),
    startModelServer({ apiKey: "sk-the-key-of-the-provider" }),
  ]);
  const settings = {
    issuer: idp.issuer,
    clientId: CLIENT.id,
    name: "Example Id",
    scopes: ["email", "profile", "groups"],
    groupsClaim: "groups",
    groups: { engineering: "engineers" },
    domains: ["example.com"],
    createUsers: true,
  };
  stack = await startStack({ env: { OIDC: JSON.stringify(settings), OIDC_CLIENT_SECRET: CLIENT.secret } });
  idp.register(`${stack.edge.url}/api/v1/auth/oidc/callback`);
  idp.accounts.set("ada", { email: "ada@example.com", email_verified: true, groups: ["engineering"] });
  front = await startFront(stack.edge.url);
  admin = stack.person({ MCPCTL_EDGE: stack.edge.url, MCPCTL_TOKEN: stack.admin.token });
  ada = stack.person({ BROWSER: "none" });
  team = path.join(admin.home, "team");
  mkdirSync(team);
  const source = path.join(root, "tests/stories/team-day");
  for (const file of readdirSync(source))
    writeFileSync(
      path.join(team, file),
      readFileSync(path.join(source, file), "utf8").replaceAll("http://models.example", models.url),
    );
});
afterAll(async () => {
  await front?.stop();
  await Promise.all([stack?.stop(), idp?.stop(), models?.stop()]);
});

async function ends(code: number, who: Person, args: readonly string[], stdin = ""): Promise<Finished> {
  const finished = await who.mcpctl(args, { stdin });
  expect(finished.code, `mcpctl ${args.join(" ")}\n${finished.stdout}${finished.stderr}`).toBe(code);
  return finished;
}
const out = async (who: Person, ...args: string[]) => (await ends(0, who, args)).stdout;
const lines = (text: string) => text.trim().split("\n").filter(Boolean);
/** How often each thing happened: the last word of each line. */
function tally(text: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const line of lines(text)) {
    const word = line.split(" ").at(-1) ?? "";
    found[word] = (found[word] ?? 0) + 1;
  }
  return found;
}
function rewrite(file: string, from: string, to: string): void {
  const before = readFileSync(path.join(team, file), "utf8");
  expect(before).toContain(from);
  writeFileSync(path.join(team, file), before.replace(from, to));
}

test(verifies("auth.sso-groups", "a colleague of the team logs in at the provider, and is an engineer"), async () => {
  await out(admin, "create", "group", "engineers");
  const login = ada.running(["login", stack.edge.url, "--sso"]);
  const authorize = /http:\/\/127\.0\.0\.1:\d+\/api\/v1\/auth\/oidc\/authorize\S+/;
  await login.says(authorize);
  const browser = openBrowser();
  await logInAt(browser, await browser.open(authorize.exec(login.output())?.[0] ?? ""), idp.issuer, "ada");
  expect((await login.ended).code).toBe(0);
  expect(JSON.parse(await out(ada, "whoami", "-o", "json"))).toMatchObject({ name: "ada", groups: ["engineers"] });
  // Nobody has given an engineer anything yet.
  await ends(4, ada, ["get", "llms"]);
});

describe("a directory of every kind", () => {
  test(verifies("story.interrupted", "is applied by a process that is killed on its way"), async () => {
    let writes = 0;
    let reached = () => {};
    const half = new Promise<void>((done) => {
      reached = done;
    });
    front.interfere = (req) => {
      if (req.method === "GET" || ++writes <= documents / 2) return false;
      reached();
      return true;
    };
    const killed = admin.running(["apply", "-f", team], { env: { MCPCTL_EDGE: front.url } });
    await Promise.race([half, killed.ended]);
    killed.process.kill("SIGKILL");
    const { code, stdout } = await killed.ended;
    expect(code, killed.output()).toBeNull();
    expect(Object.keys(tally(stdout))).toEqual(["created"]);
    front.interfere = () => false;

    const again = await out(admin, "apply", "-f", team);
    const counted = tally(again);
    expect(lines(again)).toHaveLength(documents);
    expect(counted["created"], again).toBeGreaterThan(5);
    expect(counted["unchanged"], again).toBeGreaterThan(5);
    expect(tally(await out(admin, "apply", "-f", team))).toEqual({ unchanged: documents });
    expect((await ends(0, admin, ["diff", "-f", team])).stdout).toBe("");
  });

  test("reads back as it was written, circles and nulls too", async () => {
    expect(lines(await out(admin, "get", "all", "-l", "team=day", "-o", "name"))).toHaveLength(documents);
    const librarian = JSON.parse(await out(admin, "get", "agent", "librarian", "-o", "json"));
    expect(librarian).toMatchObject({ defaultPersonality: "thorough", defaultParams: { extra: { stop_token: null } } });
    const server = JSON.parse(await out(admin, "get", "server", "files", "-o", "json"));
    expect(server.healthCheck.arguments).toEqual({ path: "/data", filter: null });
  });
});

describe("the team's colleague", () => {
  test(verifies(["story.name-scoped", "cli.exit-codes"], "sees what their groups name and nothing else"), async () => {
    expect(await out(ada, "get", "llms,agents,prompts", "-o", "name")).toBe(
      "llm/alpha\nagent/librarian\nprompt/citations\n",
    );
    expect(lines(await out(ada, "get", "personalities", "-o", "name")).sort()).toEqual([
      "personality/librarian/terse",
      "personality/librarian/thorough",
    ]);
    expect(await out(ada, "describe", "llm", "alpha")).toMatch(/Model|model:\s+real-alpha/);
    for (const hidden of [
      ["get", "llm", "beta"],
      ["describe", "llm", "beta"],
      ["get", "llm", "nowhere"],
      ["get", "agent", "helper"],
      ["get", "secrets"],
      ["delete", "llm", "alpha"],
      ["label", "llm", "alpha", "mine=yes"],
    ])
      await ends(4, ada, hidden);
    await ends(3, admin, ["get", "llm", "nowhere"]);
    // A model that one may not run does not exist.
    await ends(3, ada, ["run", "beta", "hello"]);
    expect(await out(ada, "run", "alpha", "hello")).toContain("Hello, world!");
    expect(await out(ada, "auth", "can-i", "view", "llm", "alpha")).toMatch(/^yes/);
    expect((await ends(1, ada, ["auth", "can-i", "view", "llm", "beta"])).stdout).toMatch(/^no/);
    const rights = lines(await out(ada, "auth", "can-i", "--list")).map((line) =>
      line.split(/\s+/).slice(0, 3).join(" "),
    );
    expect(rights.slice(1).sort()).toEqual([
      "create mcptokens *",
      "run llms alpha",
      "view agents librarian",
      "view llms alpha",
      "view prompts citations",
    ]);
  });

  test(verifies("story.name-scoped", "watches the changes of what is theirs"), async () => {
    const watching = ada.running(["get", "llms", "-w", "-o", "wide"]);
    await watching.says(/alpha .* fast /);
    await out(admin, "label", "llm", "beta", "seen=no");
    const changedAt = Date.now();
    rewrite("models.yaml", "tier: fast", "tier: heavy");
    expect(tally(await out(admin, "apply", "-f", team))).toEqual({ configured: 1, unchanged: documents - 1 });
    await watching.says(/alpha .* heavy /);
    expect(Date.now() - changedAt).toBeLessThan(10_000);
    expect(watching.output()).not.toMatch(/beta|gamma|delta/);
    watching.process.kill("SIGINT");
    await watching.ended;
  });
});

test(
  verifies(
    ["story.cloned-token", "auth.revoke-5s"],
    "a cloned token has its creator's rights, and ends when it is revoked",
  ),
  async () => {
    const token = (await out(ada, "create", "mcptoken", "notebook", "--rbac", "clone")).trim();
    const shown = JSON.parse(await out(admin, "get", "mcptoken", "notebook", "-o", "json"));
    expect(shown).toMatchObject({ rbac: "empty" });
    expect(shown.bindings).toContainEqual({ role: "run", resource: "llms", name: "alpha" });
    expect(shown.bindings).toHaveLength(5);
    const program = stack.openai(token);
    expect((await program.models.list()).data.map((m) => m.id)).toEqual(["alpha"]);
    const ask = (model: string) => ({ model, messages: [{ role: "user" as const, content: "trickle" }] });
    expect((await program.chat.completions.create(ask("alpha"))).choices).toHaveLength(1);
    await expect(program.chat.completions.create(ask("beta"))).rejects.toThrow(OpenAI.NotFoundError);

    const open = await program.chat.completions.create({ ...ask("alpha"), stream: true });
    const ended = (async () => {
      for await (const _ of open);
      return "ended as if complete";
    })().catch((error: unknown) => (error instanceof Error ? error.constructor.name : "?"));
    const revokedAt = Date.now();
    expect((await stack.admin.call("POST", "/api/v1/mcptokens/notebook/revoke")).status).toBe(200);
    expect(await ended).toBe("APIError");
    await until(
      "the token stops",
      () =>
        program.models.list().then(
          () => false,
          (error: unknown) => error instanceof OpenAI.AuthenticationError,
        ),
      5_000,
    );
    expect(Date.now() - revokedAt).toBeLessThan(6_500);
  },
);

describe("the team's changed files", () => {
  test(verifies("docs.declarative", "are shown by diff, and apply removes what a file no longer says"), async () => {
    rewrite("models.yaml", "    description: The team's usual model.\n", "");
    const { stdout } = await ends(1, admin, ["diff", "-f", team]);
    expect(stdout.split("\n").filter((line) => /^[-+]/.test(line))).toEqual([
      "--- llm/alpha (now)",
      "+++ llm/alpha (applied)",
      "-description: The team's usual model.",
    ]);
    expect(tally(await out(admin, "apply", "-f", team))).toEqual({ configured: 1, unchanged: documents - 1 });
    expect(await out(admin, "get", "llm", "alpha", "-o", "yaml")).not.toContain("description");
    await ends(0, admin, ["diff", "-f", team]);
  });

  test("are pruned of what they no longer describe, and of nothing else", async () => {
    const spec = ["--type", "vllm", "--model", "m", "--url", models.url, "--label", "team=day"];
    await out(admin, "create", "llm", "by-hand", ...spec);
    const before = lines(await out(admin, "get", "all", "-o", "name"));
    const models_ = readFileSync(path.join(team, "models.yaml"), "utf8");
    writeFileSync(path.join(team, "models.yaml"), models_.replace(/ {2}- name: delta\n(?: {4}.*\n)*/, ""));
    rewrite(
      "work.yaml",
      "kind: prompt\nname: manners\nlabels: { team: day }\nagent: librarian\ncontent: Be kind.\n---\n",
      "",
    );
    rewrite("work.yaml", ", { prompt: manners }", "");
    const said = await out(admin, "apply", "-f", team, "--prune", "-l", "team=day");
    expect(tally(said)).toEqual({ configured: 1, unchanged: documents - 3, pruned: 2 });
    const after = new Set(lines(await out(admin, "get", "all", "-o", "name")));
    expect(before.filter((name) => !after.has(name)).sort()).toEqual(["llm/delta", "prompt/manners"]);
  });
});

test(verifies("story.move", "the team's resources move to a new machine unchanged"), async () => {
  const whole = await ends(0, admin, ["get", "all", "-o", "yaml"]);
  expect(whole.stderr).toMatch(/^Left out: \d+ /);
  expect(whole.stdout).not.toMatch(/mcptoken-|mcpctl-system|kind: mcptoken\nname: notebook|sk-the-key|not-a-real/);
  expect(tally((await ends(0, admin, ["apply", "-f", "-"], whole.stdout)).stdout)).toEqual({
    unchanged: whole.stdout.split("---\n").length,
  });
  const other = await startStack();
  try {
    const there = other.person({ MCPCTL_EDGE: other.edge.url, MCPCTL_TOKEN: other.admin.token });
    await out(there, "apply", "-f", path.join(team, "keys.yaml"));
    const applied = await ends(0, there, ["apply", "-f", "-"], whole.stdout);
    expect(applied.stderr).toContain("mcpctl_pat_");
    expect(await out(there, "get", "all", "-o", "yaml")).toBe(whole.stdout);
    expect(await out(there, "run", "alpha", "hello")).toContain("Hello, world!");
  } finally {
    await other.stop();
  }
});

test("mcpctl events shows the team's day", async () => {
  const told = await out(admin, "events", "--limit", "200");
  for (const what of [
    /auth +login +\S+ +ada /,
    /resource_change +created +agent\/librarian +admin /,
    /resource_change +changed +llm\/alpha +admin /,
    /resource_change +deleted +llm\/delta +admin /,
    /mcptoken\/notebook +ada /,
    /auth +token-revoked +mcptoken\/notebook +admin /,
  ])
    expect(told).toMatch(what);
  await ends(4, ada, ["events"]);
});
