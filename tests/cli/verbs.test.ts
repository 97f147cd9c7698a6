/** The rest of the verbs over a real edge, and what they say when something is wrong. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startEdge, type TestEdge } from "../../infra/harness.ts";
import { verifies } from "../requirements.ts";
import { type Front, refuseFirst, startFront } from "./front.ts";
import { type Person, person } from "./person.ts";

let edge: TestEdge;
let front: Front;
let token: string;
let engineer: Person;

beforeAll(async () => {
  edge = await startEdge();
  front = await startFront(edge.url);
  token = (await edge.bootstrap()).token;
  engineer = person({ MCPCTL_EDGE: front.url, MCPCTL_TOKEN: token });
  for (const [name, tier] of [
    ["alpha", "fast"],
    ["beta", "heavy"],
    ["gamma", "fast"],
  ] as const)
    await engineer.run([
      "create",
      "llm",
      name,
      "--type",
      "vllm",
      "--model",
      `m-${name}`,
      "--url",
      "http://127.0.0.1:9",
      "--tier",
      tier,
      "--label",
      `team=${tier}`,
    ]);
});
afterAll(async () => {
  engineer?.leave();
  await front?.stop();
  await edge?.stop();
});
afterEach(() => {
  front.interfere = () => false;
});

const out = async (...args: string[]) => {
  const said = await engineer.run(args);
  expect(said.exit, said.err).toBe(0);
  return said.out;
};

describe("get", () => {
  test("global flags work before and after the verb; kinds by every name", async () => {
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

  test("shows what is there and fails for what isn't", async () => {
    const said = await engineer.run(["get", "llm", "alpha", "nowhere", "-o", "name"]);
    expect(said).toMatchObject({ exit: 3, out: "llm/alpha\n" });
    expect(said.err).toContain("nowhere");
    expect(await engineer.run(["get", "llm", "nowhere", "--ignore-not-found"])).toEqual({ exit: 0, out: "", err: "" });
    expect(await engineer.run(["get", "groups"])).toEqual({ exit: 0, out: "", err: "No groups found.\n" });
    expect(await engineer.run(["get", "groups", "--quiet"])).toEqual({ exit: 0, out: "", err: "" });
  });

  test("repeats a read that was refused in passing, and gives a warning on", async () => {
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

describe("describe", () => {
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
    expect(text).toMatch(/rbac\/admin: +edit, run for User:admin/);
    expect(text).toMatch(/lifecycle: +public/);
  });
});

describe("create", () => {
  test("a secret from the terminal, stdin, a file and the environment; its values come back from nowhere", async () => {
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

  test("a token: alone on stdout, once, and it may what it was bound to", async () => {
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

  test("a user whose password nobody sees, and who can log in with it", async () => {
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

  test("a dry run prints a manifest that can be applied", async () => {
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

  test("what is missing and what is wrong is told by flag", async () => {
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

describe("label and delete", () => {
  test("labels are set, kept and removed", async () => {
    expect(await out("label", "llm", "alpha", "beta", "env=prod", "team-")).toBe(
      "llm/alpha labeled\nllm/beta labeled\n",
    );
    expect(await out("get", "llm/alpha", "-o", "jsonpath={.labels}")).toBe('{"env":"prod"}\n');
    expect((await engineer.run(["label", "llm", "alpha", "env=test"])).exit).toBe(1);
    expect(await out("label", "llm", "alpha", "env=test", "--overwrite")).toBe("llm/alpha labeled\n");
  });

  test("what is deleted is gone; what is referred to is not", async () => {
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

describe("run", () => {
  const stream = (...lines: string[]) => {
    front.interfere = (req, res) => {
      if (!req.url?.startsWith("/v1/")) return false;
      res.writeHead(200, { "content-type": "text/event-stream" });
      for (const line of lines) res.write(`${line}\n\n`);
      if (lines.at(-1) === ": cut") res.destroy();
      else if (lines.at(-1) !== ": open") res.end();
      return true;
    };
  };
  const delta = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}`;

  test("streams the answer alone to stdout", async () => {
    stream(delta("Hel"), delta("lo"), "data: [DONE]");
    expect(await engineer.run(["run", "alpha", "hi"])).toEqual({ exit: 0, out: "Hello\n", err: "" });
  });

  test("an error in the stream is an error", async () => {
    stream(
      delta("Hel"),
      `data: ${JSON.stringify({ error: { message: "The provider gave up.", type: "server_error", code: "provider_failed" } })}`,
      "data: [DONE]",
    );
    expect(await engineer.run(["run", "alpha", "hi"])).toMatchObject({
      exit: 1,
      out: "Hel\n",
      err: expect.stringContaining("Error: The provider gave up."),
    });
  });

  test.each([": cut", ": ended without saying so"])(
    "an answer that breaks off (%s) is not taken for a whole one",
    async (end) => {
      stream(delta("Hel"), end);
      const said = await engineer.run(["run", "alpha", "hi"]);
      expect(said.exit).not.toBe(0);
      expect(said.err).toMatch(/cut|broke off/);
    },
  );

  test("Ctrl-C ends it and hangs up", async () => {
    stream(delta("Hel"), ": open");
    const stop = new AbortController();
    const hungUp = new Promise<void>((resolve) => {
      const before = front.interfere;
      front.interfere = (req, res) => {
        res.on("close", resolve);
        return before(req, res);
      };
    });
    const said = await engineer.run(["run", "alpha", "hi"], { signal: stop.signal, onOut: () => stop.abort() });
    expect(said.exit).toBe(1);
    await hungUp;
  });

  test("takes its prompt from the argument and stdin, and has to have one", async () => {
    let asked = "";
    front.interfere = (req, res) => {
      req.on("data", (chunk: Buffer) => {
        asked += chunk;
      });
      req.on("end", () =>
        res
          .writeHead(200, { "content-type": "application/json" })
          .end(JSON.stringify({ choices: [{ message: { content: "ok" } }] })),
      );
      return true;
    };
    expect(
      (
        await engineer.run(["run", "alpha", "look:", "--no-stream", "--system", "be brief", "--max-tokens", "5"], {
          stdin: "the text",
        })
      ).out,
    ).toBe("ok\n");
    expect(JSON.parse(asked)).toEqual({
      model: "alpha",
      messages: [
        { role: "system", content: "be brief" },
        { role: "user", content: "look:\n\nthe text" },
      ],
      max_tokens: 5,
      stream: false,
    });
    expect(JSON.parse((await engineer.run(["run", "alpha", "x", "-o", "json"])).out)).toHaveProperty("choices");
    expect((await engineer.run(["run", "alpha"])).exit).toBe(2);
    expect((await engineer.run(["run", "alpha", "x", "--max-tokens", "few"])).exit).toBe(2);
  });
});

describe(verifies("cli.exit-codes", "mistakes"), () => {
  test.each([
    [["gte", "llms"], 2, "Did you mean `mcpctl get`?"],
    [["get", "lmls"], 2, 'Did you mean "llms"?'],
    [["get", "llms", "--selectr", "a=b"], 2, "Did you mean --selector?"],
    [["get", "llms", "-o", "yml"], 2, "Did you mean yaml?"],
    [["config", "use-contxt", "a"], 2, "Did you mean `mcpctl config use-context`?"],
    [["get"], 2, "api-resources"],
    [["create", "llm"], 2, "`mcpctl create llm --help`"],
    [["create", "publisher", "x"], 2, "There is no `mcpctl create publisher`"],
    [["edit", "mcptoken", "x"], 2, "can't be edited"],
    [["explain", "llm.timeout"], 2, 'Did you mean "timeouts"?'],
    [["auth", "can-i", "veiw", "llms"], 2, 'Did you mean "view"?'],
    [["get", "llms", "-o", "jsonpath={.a"], 2, "brace is not closed"],
    [["get", "llms", "-l", "a==b=c=="], 1, ""],
  ])("%j", async (args, exit, hint) => {
    const said = await engineer.run(args);
    expect(said).toMatchObject({ exit, out: "" });
    expect(said.err).toContain(hint);
    expect(said.err.trim().split("\n").length, said.err).toBeLessThanOrEqual(3);
  });

  test("an edge that isn't there: which, and what to do", async () => {
    const said = await engineer.run(["get", "llms", "-v"], { env: { MCPCTL_EDGE: "http://127.0.0.1:9" } });
    expect(said).toMatchObject({ exit: 5, out: "" });
    expect(said.err).toContain("http://127.0.0.1:9");
    expect(said.err).toContain("npm start");
    expect(said.err).toContain("GET /api/v1/llms");
    const none = person();
    expect(await none.run(["get", "llms"])).toMatchObject({ exit: 5, err: expect.stringContaining("mcpctl login") });
    none.leave();
  });

  test("something else behind the URL", async () => {
    front.interfere = (_req, res) => {
      res.writeHead(200, { "content-type": "text/html" }).end("<html>hello</html>");
      return true;
    };
    expect((await engineer.run(["get", "llms"])).err).toContain("Is this the URL of an mcpctl edge?");
  });

  test("-v shows the request and its id, and no credential", async () => {
    const said = await engineer.run(["get", "llm", "nowhere", "-v"]);
    expect(said.err).toMatch(/GET \/api\/v1\/llms\/nowhere → 404 \(request [\w-]+\)/);
    expect(said.err).not.toContain(token);
  });
});

describe("completion", () => {
  const complete = async (...words: string[]) =>
    (await out("__complete", "--", ...words))
      .trim()
      .split("\n")
      .map((l) => l.split("\t")[0]);

  test("of verbs, kinds, names, flags and their values", async () => {
    expect(await complete("de")).toEqual(["delete", "describe"]);
    expect(await complete("config", "use")).toEqual(["use-context"]);
    expect(await complete("get", "sec")).toEqual(["secretbackends", "secrets"]);
    expect(await complete("get", "llm", "al")).toEqual(["alpha"]);
    expect(await complete("-o", "yaml", "get", "llm", "al")).toEqual(["alpha"]);
    expect(await complete("describe", "llm/be")).toEqual(["llm/beta"]);
    expect(await complete("run", "ga")).toEqual(["gamma"]);
    expect(await complete("create", "llm", "x", "--ti")).toEqual([
      "--tier",
      "--timeouts-first-byte",
      "--timeouts-idle",
    ]);
    expect(await complete("create", "llm", "x", "--tier", "")).toEqual(["fast", "heavy"]);
    expect(await complete("create", "llm", "x", "--tier=h")).toEqual(["--tier=heavy"]);
    expect(await complete("get", "llms", "-o", "y")).toEqual(["yaml"]);
    expect(await complete("apply", "-f", "")).toEqual([":files"]);
    expect(await complete("nonsense", "")).toEqual([""]);
  });

  test("asks the edge for names once in a few seconds, and is silent where there is none", async () => {
    front.seen.length = 0;
    for (let i = 0; i < 3; i++) await complete("get", "projects", "");
    expect(front.seen).toHaveLength(1);
    expect(
      await engineer.run(["__complete", "--", "get", "users", ""], { env: { MCPCTL_EDGE: "http://127.0.0.1:9" } }),
    ).toEqual({ exit: 0, out: "", err: "" });
  });

  test.each(["bash", "zsh", "fish", "powershell"])("script for %s", async (shell) =>
    expect(await out("completion", shell)).toContain("mcpctl __complete"),
  );
});

test("status and version tell about the edge", async () => {
  expect(await out("status")).toMatch(/edge +ok .*\nstore +ok .*\nlogin +ok/);
  expect((await engineer.run(["status"], { env: { MCPCTL_TOKEN: "mcpctl_pat_wrong" } })).exit).toBe(4);
  expect(await out("version", "--client")).toMatch(/^mcpctl: +\d/);
  expect((await engineer.run(["version"], { env: { MCPCTL_EDGE: "http://127.0.0.1:9" } })).exit).toBe(0);
});

test("explain tells every kind and every field", async () => {
  const { kinds } = await import("#db/resources/index");
  for (const kind of kinds) {
    const text = await out("explain", kind.plural);
    for (const field of Object.keys(kind.spec.shape)) {
      expect(text).toContain(field);
      expect(await out("explain", `${kind.name}.${field}`)).toContain("TYPE:");
    }
  }
  expect(await out("explain", "llm.apiKeyRef.name")).toContain("REFERS TO: secret, by name");
  expect(await out("explain", "mcptoken.bindings.role")).toContain("view | create | edit | delete | run");
  expect(await out("api-resources")).toMatch(/^NAME +KIND/);
});
