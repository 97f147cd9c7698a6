/** The rest of the verbs over a real edge, and what they say when something is wrong. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Catalogue, startCatalogue } from "./catalogue.ts";
import { type Front, refuseFirst } from "./front.ts";
import { type Person, person } from "./person.ts";

let catalogue: Catalogue;
let engineer: Person;
let front: Front;

beforeAll(async () => {
  catalogue = await startCatalogue();
  ({ engineer, front } = catalogue);
});
afterAll(() => catalogue?.stop());
afterEach(() => {
  front.interfere = () => false;
});

const out = async (...args: string[]) => {
  const said = await engineer.run(args);
  expect(said.exit, said.err).toBe(0);
  return said.out;
};

describe("mcpctl get", () => {
  test("takes global flags before and after the verb, and kinds by every name", async () => {
    expect(await out("-o", "name", "get", "llm")).toBe("llm/alpha\nllm/beta\nllm/gamma\n");
    expect(await out("get", "LLMs", "-o", "name", "-l", "team=fast")).toBe("llm/alpha\nllm/gamma\n");
    expect(await out("get", "llm/beta", "project/default", "-o", "name")).toBe("llm/beta\nproject/default\n");
    expect(await out("get", "llms", "--field-selector", "tier=heavy", "-o", "name")).toBe("llm/beta\n");
    expect(await out("get", "llms", "--sort-by", ".tier", "-o", "jsonpath={.items[*].tier}")).toBe("fast fast heavy\n");
    expect(await out("get", "llms", "--no-headers")).toMatch(/^alpha /);
    expect(await out("get", "llms", "--show-labels")).toContain("team=heavy");
  });

  test("follows a list page by page", async () => {
    front.interfere = (req) => {
      req.url = req.url?.replace("limit=500", "limit=1");
      return false;
    };
    front.seen.length = 0;
    expect(await out("get", "llms", "-o", "name")).toBe("llm/alpha\nllm/beta\nllm/gamma\n");
    expect(front.seen.length).toBeGreaterThanOrEqual(3);
  });

  test("shows what exists and fails for what does not", async () => {
    const said = await engineer.run(["get", "llm", "alpha", "nowhere", "-o", "name"]);
    expect(said).toMatchObject({ exit: 3, out: "llm/alpha\n" });
    expect(said.err).toContain("nowhere");
    expect(await engineer.run(["get", "llm", "nowhere", "--ignore-not-found"])).toEqual({ exit: 0, out: "", err: "" });
    expect(await engineer.run(["get", "groups"])).toEqual({ exit: 0, out: "", err: "No groups found.\n" });
    expect(await engineer.run(["get", "groups", "--quiet"])).toEqual({ exit: 0, out: "", err: "" });
  });

  test("repeats a read that was refused for a moment, and passes a warning on", async () => {
    front.interfere = refuseFirst(2, /^GET/, 503);
    expect(await out("get", "llm/alpha", "-o", "name")).toBe("llm/alpha\n");
    front.interfere = (_req, res) => {
      res.setHeader("warning", '299 mcpctl "mind the \\"gap\\"", 299 mcpctl "and this"');
      return false;
    };
    const said = await engineer.run(["get", "llm/alpha", "-o", "name"]);
    expect(said).toEqual({ exit: 0, out: "llm/alpha\n", err: 'Warning: mind the "gap"\nWarning: and this\n' });
  });
});

describe("mcpctl describe", () => {
  test("resolves what it refers to and tells who reaches it", async () => {
    await engineer.run(["create", "secret", "described", "--data", "k"], { stdin: "v\n" });
    await out(
      "create",
      "llm",
      "delta",
      "--type",
      "openai",
      "--model",
      "m",
      "--api-key-ref",
      "described:k",
      "--skip-auth-check",
    );
    const text = await out("describe", "llm", "delta");
    expect(text).toContain("apiKeyRef.name → secret/described: ok");
    expect(text).toMatch(/User admin: +run \(run:\*\) by rbac\/admin\n/);
    expect(text).toMatch(/lifecycle: +public/);
  });
});

describe("mcpctl create", () => {
  test("takes a secret from the terminal, stdin, a file and the environment, and never shows its values", async () => {
    const { writeFileSync } = await import("node:fs");
    writeFileSync(`${engineer.home}/pem`, "from-a-file");
    const made = await engineer.run(
      ["create", "secret", "many", "--data", "asked", "--from-file", "file=pem", "--from-env", "env=SECRET_VALUE"],
      {
        answers: ["from-a-person"],
        env: { SECRET_VALUE: "from-the-env" },
      },
    );
    expect(made).toMatchObject({ exit: 0, out: "secret/many created\n", err: "Value of asked: " });
    expect(await out("get", "secret/many", "-o", "jsonpath={.status.keys}")).toBe('["asked","env","file"]\n');
    for (const o of ["yaml", "json", "wide", "jsonpath={}"])
      expect(await out("get", "secret", "many", "-o", o, "--show-status")).not.toContain("from-");
    const literal = await engineer.run(["create", "secret", "seen", "--from-literal", "k=v"]);
    expect(literal.err).toContain("Warning: --from-literal can be seen in `ps`");
    expect((await engineer.run(["create", "secret", "none", "--from-env", "k=NOT_SET"])).err).toContain(
      "NOT_SET is not set",
    );
  });

  test("no secret of a file that is no text, which would be kept as something else", async () => {
    const { writeFileSync } = await import("node:fs");
    writeFileSync(`${engineer.home}/der`, Buffer.from([0x30, 0x82, 0xff, 0xfe]));
    const said = await engineer.run(["create", "secret", "der", "--from-file", "key=der"]);
    expect(said).toMatchObject({ exit: 1, out: "" });
    expect(said.err).toContain("der is not text in UTF-8");
    expect((await engineer.run(["get", "secret", "der"])).exit).toBe(3);
  });

  test("prints a token alone on stdout and once, and the token may do what it was bound to", async () => {
    const made = await engineer.run([
      "create",
      "mcptoken",
      "colleague",
      "--bind",
      "view:llms:alpha",
      "--expiry",
      "30d",
    ]);
    expect(made.out).toMatch(/^mcpctl_pat_\w+\n$/);
    expect(made.err).toContain("shown once");
    expect(await out("get", "mcptoken", "colleague", "-o", "yaml", "--show-status")).not.toContain(made.out.trim());
    const wrong = await engineer.run(["create", "mcptoken", "other", "--bind", "rnu:llms"]);
    expect(wrong.exit).toBe(2);
    expect(wrong.err).toContain("expected one of view, create, edit, delete, run");
  });

  test("makes a user with a password that is never shown, and that logs in", async () => {
    const typed = "a long enough password";
    const differs = await engineer.run(["create", "user", "bob", "--email", "bob@example.com"], {
      answers: [typed, "another password"],
    });
    expect(differs).toMatchObject({ exit: 2, out: "" });
    expect(
      (await engineer.run(["create", "user", "bob", "--email", "bob@example.com"], { answers: [typed, typed] })).out,
    ).toBe("user/bob created\n");
    const bob = person();
    expect(
      (await bob.run(["login", front.url, "--email", "bob@example.com", "--password-stdin"], { stdin: typed })).exit,
    ).toBe(0);
    expect(await bob.run(["auth", "can-i", "edit", "llms"])).toMatchObject({ exit: 1, out: "no\n" });
    bob.leave();
  });

  test("prints a manifest that can be applied, with --dry-run", async () => {
    const text = await out(
      "create",
      "llm",
      "later",
      "--type",
      "vllm",
      "--model",
      "m",
      "--url",
      "http://127.0.0.1:9",
      "--timeouts-idle",
      "5000",
      "--dry-run",
      "-o",
      "yaml",
    );
    expect((await engineer.run(["get", "llm", "later"])).exit).toBe(3);
    expect((await engineer.run(["apply", "-f", "-"], { stdin: text })).out).toBe("llm/later created\n");
    expect((await engineer.run(["create", "llm", "later", "--type", "vllm", "--model", "m"])).exit).toBe(1);
  });

  test("names the flag of what is missing or wrong", async () => {
    expect((await engineer.run(["create", "llm", "x"])).err).toContain('llm "x" needs --type and --model.');
    const said = await engineer.run([
      "create",
      "llm",
      "X",
      "--type",
      "opnai",
      "--model",
      "m",
      "--timeouts-idle",
      "soon",
    ]);
    expect(said.exit).toBe(2);
    expect(said.err).toContain("NAME: must be lower-case letters");
    expect(said.err).toContain("(did you mean openai?)");
    expect(said.err).toContain('--timeouts-idle: expected number, given "soon"');
  });
});

describe("mcpctl label and delete", () => {
  test("set, keep and remove labels", async () => {
    expect(await out("label", "llm", "alpha", "beta", "env=prod", "team-")).toBe(
      "llm/alpha labeled\nllm/beta labeled\n",
    );
    expect(await out("get", "llm/alpha", "-o", "jsonpath={.labels}")).toBe('{"env":"prod"}\n');
    expect((await engineer.run(["label", "llm", "alpha", "env=test"])).exit).toBe(1);
    expect(await out("label", "llm", "alpha", "env=test", "--overwrite")).toBe("llm/alpha labeled\n");
  });

  test("list labels, and show what would change in a dry run", async () => {
    expect(await out("label", "llm/alpha", "--list")).toBe("llm/alpha\n  env=test\n");
    expect(await out("label", "llm", "alpha", "x=1", "--dry-run")).toBe("llm/alpha labeled (dry run)\n");
    expect(await out("label", "llm", "alpha", "x=1", "--dry-run=server")).toBe("llm/alpha labeled (server dry run)\n");
    expect(await out("label", "llm", "alpha", "x-")).toBe("llm/alpha unchanged\n");
    const shown = await engineer.run(["label", "llm", "alpha", "x=2", "-o", "jsonpath={.labels.x}"]);
    expect(shown).toEqual({ exit: 0, out: "2\n", err: "llm/alpha labeled\n" });
    expect(await engineer.run(["label", "llm", "alpha", "x=2", "x-"])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('The label x can\'t be both "2" and removed.'),
    });
  });

  test("go on past a resource that can't be labelled", async () => {
    await out("label", "llm", "alpha", "taken=by-others");
    const said = await engineer.run(["label", "llm", "alpha", "nowhere", "beta", "taken=yes"]);
    expect(said).toMatchObject({ exit: 3, out: "llm/beta labeled\n" });
    expect(said.err).toMatch(/already has the label taken=by-others[\s\S]*There is no llm "nowhere"/);
    await out("label", "llms", "--all", "taken-");
  });

  test.each([
    [["delete", "llms", "-l", ""]],
    [["label", "llms", "-l", " ", "a=b"]],
    [["apply", "-f", "-", "--prune", "-l", ","]],
  ])("%j: an empty selector is not everything", async ([...words]) => {
    const said = await engineer.run(words, { stdin: "kind: List\nitems: []\n" });
    expect(said).toMatchObject({ exit: 2, out: "", err: expect.stringContaining("would select everything") });
  });

  test("delete a resource, and refuse one that others refer to", async () => {
    const refused = await engineer.run(["delete", "secret", "described"]);
    expect(refused).toMatchObject({ exit: 1, out: "" });
    expect(refused.err).toContain("llm/delta");
    expect(await out("delete", "llm/delta", "secret/described")).toBe(
      'llm "delta" deleted\nsecret "described" deleted\n',
    );
    expect((await engineer.run(["delete", "llm", "delta"])).exit).toBe(3);
    expect(await out("delete", "llm", "delta", "--ignore-not-found")).toBe("");
    expect((await engineer.run(["delete", "llms"])).exit).toBe(2);
  });
});

test.each([
  [["run", "alpha", "hi", "--no-stream"], "/v1/"],
  [["get", "llms"], "/api/v1/llms"],
  [["create", "group", "cut-short"], "/api/v1/groups"],
])("an answer that is cut in its middle is told, and is no fault of this program: %j", async (args, path) => {
  front.interfere = (req, res) => {
    if (!req.url?.startsWith(path)) return false;
    res.writeHead(200, { "content-type": "application/json", "content-length": "100" });
    res.write('{"items": [');
    setTimeout(() => res.destroy(), 20);
    return true;
  };
  const said = await engineer.run(args);
  expect(said).toMatchObject({ exit: 5, out: "" });
  expect(said.err).toContain("was cut in the middle of its answer");
  expect(said.err).not.toContain("fault in mcpctl");
});
