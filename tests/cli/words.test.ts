/** Asking a model, the words that may follow, and what every mistake is told, over a real edge. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { kinds } from "#db/kinds/index";
import { verifies } from "../requirements.ts";
import { type Catalogue, startCatalogue } from "./catalogue.ts";
import type { Front } from "./front.ts";
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

describe(verifies("cli.create-help", "mcpctl create"), () => {
  test("has an example in the help of each kind, with flags that exist", async () => {
    for (const kind of kinds.filter((k) => k.verbs.includes("create"))) {
      const help = await out("create", kind.name, "--help");
      const examples = help.slice(help.indexOf("Examples:")).match(/ --[a-z-]+/g) ?? [];
      expect(examples.length, kind.name).toBeGreaterThan(0);
      for (const flag of examples) expect(help, `${kind.name}:${flag}`).toMatch(new RegExp(`^ .*${flag} `, "m"));
    }
  });

  test("says why a kind can't be made by hand", async () => {
    const said = await engineer.run(["create", "instance", "x"]);
    expect(said).toMatchObject({ exit: 2, out: "" });
    expect(said.err).toContain("instances can't be created.\n");
    expect(said.err).toContain("never created by hand");
  });

  test("names the flag of what is wrong within its value", async () => {
    const said = await engineer.run(["create", "personality", "x", "--agent", "a", "--prompts", "tone:loud"]);
    expect(said).toMatchObject({ exit: 2, out: "" });
    expect(said.err).toContain('  --prompts: expected number, given "loud"\n');
  });

  test("writes settings, texts from files and numbers as people do", async () => {
    const dry = ["--dry-run", "-o", "yaml"];
    expect(
      await out(
        "create",
        "server",
        "x",
        "--docker-image",
        "i",
        "--env",
        "A=b,c",
        "--resources-limits-cpu",
        "250m",
        ...dry,
      ),
    ).toContain("env:\n  - name: A\n    value: b,c\n");
    expect(await out("create", "personality", "x", "--agent", "a", "--prompts", "tone:8", ...dry)).toContain(
      "  - prompt: tone\n    priority: 8\n",
    );
    const told = await engineer.run(["create", "prompt", "x", "--from-file", "content=-", ...dry], {
      stdin: "One.\n\nTwo.\n",
    });
    expect(told.out).toContain("content: |\n  One.\n\n  Two.\n");
  });
});

test("approve takes names without a kind", async () => {
  await out("create", "promptrequest", "wording", "--set", "content=Be kind.");
  expect(await out("approve", "wording")).toBe("prompt/wording approved\n");
  expect(await out("get", "prompt", "wording", "-o", "jsonpath={.content}")).toBe("Be kind.\n");
  const again = await engineer.run(["approve", "unheard-of"]);
  expect(again).toMatchObject({ exit: 3, out: "" });
});

test("revoke ends a token and keeps its record, by its name alone or its project's", async () => {
  for (const name of ["one", "two"]) await out("create", "mcptoken", name, "-p", "default");
  expect(await out("revoke", "one")).toBe("mcptoken/default/one revoked\n");
  expect(await out("revoke", "mcptoken", "default/two")).toBe("mcptoken/default/two revoked\n");
  expect(await out("get", "mcptokens", "one", "two", "-o", "jsonpath={.items[*].status.state}")).toBe(
    "revoked revoked\n",
  );
  const other = await engineer.run(["revoke", "llm/gpt"]);
  expect(other).toMatchObject({ exit: 2, out: "" });
  expect(other.err).toContain("`revoke` is for mcptokens, not for llms.");
  expect(await engineer.run(["revoke"])).toMatchObject({ exit: 2 });
});

test("describe tells what a resource has, of what it may be the parent of", async () => {
  await out("create", "agent", "reader", "--llm", "alpha");
  await out("create", "personality", "slow", "--agent", "reader");
  expect(await out("describe", "agent", "reader")).toContain("Has:\n  personality/reader/slow: ok\n");
  expect(await out("describe", "llm", "alpha")).not.toContain("Has:");
});

test("can-i asks about the parent of what the parent governs", async () => {
  const said = await engineer.run(["auth", "can-i", "edit", "personality", "strict"]);
  expect(said).toMatchObject({ exit: 2, out: "" });
  expect(said.err).toContain("mcpctl auth can-i edit agent NAME");
});

describe("mcpctl run", () => {
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

  test("fails when the stream has an error event", async () => {
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

  test.each([": cut", ": ended without saying so"])("fails when an answer breaks off (%s)", async (end) => {
    stream(delta("Hel"), end);
    const said = await engineer.run(["run", "alpha", "hi"]);
    expect(said.exit).not.toBe(0);
    expect(said.err).toMatch(/cut|broke off|lost|incomplete/);
  });

  test("ends at Ctrl-C and hangs up", async () => {
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
    expect(said).toMatchObject({ exit: 130, err: "" });
    await hungUp;
  });

  test("takes its prompt from the argument and stdin, and needs one", async () => {
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
        await engineer.run(
          ["run", "alpha", "look:", "-i", "--no-stream", "--system", "be brief", "--max-tokens", "5"],
          {
            stdin: "the text",
          },
        )
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
    asked = "";
    await engineer.run(["run", "alpha", "--no-stream"], { stdin: "from stdin" });
    expect(JSON.parse(asked).messages).toEqual([{ role: "user", content: "from stdin" }]);
    // Whoever starts it may leave stdin open for ever.
    asked = "";
    await engineer.run(["run", "alpha", "only this", "--no-stream"], { stdin: "not asked for" });
    expect(JSON.parse(asked).messages).toEqual([{ role: "user", content: "only this" }]);
    expect((await engineer.run(["run", "alpha", "x", "--max-tokens", "few"])).exit).toBe(2);
  });
});

describe(verifies("cli.exit-codes", "what goes wrong before an answer"), () => {
  test.each([
    [["gte", "llms"], 2, "Did you mean `mcpctl get`?"],
    [["get", "lmls"], 2, 'Did you mean "llms"?'],
    [["get", "llms", "--selectr", "a=b"], 2, "Did you mean --selector?"],
    [["get", "llms", "-o", "yml"], 2, "Did you mean yaml?"],
    [["config", "use-contxt", "a"], 2, "Did you mean `mcpctl config use-context`?"],
    [["get"], 2, "api-resources"],
    [["create", "llm"], 2, "`mcpctl create llm --help`"],
    [["create", "publisher", "x"], 2, "never created by hand"],
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

  test("an edge that can't be reached is named, with what to do", async () => {
    const said = await engineer.run(["get", "llms", "-v"], { env: { MCPCTL_EDGE: "http://127.0.0.1:9" } });
    expect(said).toMatchObject({ exit: 5, out: "" });
    expect(said.err).toContain("http://127.0.0.1:9");
    expect(said.err).toContain("npm start");
    expect(said.err).toContain("GET /api/v1/llms");
    const none = person();
    expect(await none.run(["get", "llms"])).toMatchObject({ exit: 5, err: expect.stringContaining("mcpctl login") });
    none.leave();
  });

  test("a URL that has no edge behind it says so", async () => {
    front.interfere = (_req, res) => {
      res.writeHead(200, { "content-type": "text/html" }).end("<html>hello</html>");
      return true;
    };
    expect((await engineer.run(["get", "llms"])).err).toContain("Is this the URL of an mcpctl edge?");
  });

  test("-v shows the request and its id, and no credential", async () => {
    const said = await engineer.run(["get", "llm", "nowhere", "-v"]);
    expect(said.err).toMatch(/GET \/api\/v1\/llms\/nowhere → 404 \(request [\w-]+\)/);
    expect(said.err).not.toContain(catalogue.token);
  });
});

describe("completion", () => {
  const complete = async (...words: string[]) =>
    (await out("__complete", "--", ...words))
      .trim()
      .split("\n")
      .map((l) => l.split("\t")[0]);

  test("offers verbs, kinds, names, flags and their values", async () => {
    expect(await complete("de")).toEqual(["delete", "describe", "detach"]);
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
      "--timeouts-total",
    ]);
    expect(await complete("create", "llm", "x", "--tier", "")).toEqual(["fast", "heavy"]);
    expect(await complete("create", "llm", "x", "--tier=h")).toEqual(["--tier=heavy"]);
    expect(await complete("get", "llms", "-o", "y")).toEqual(["yaml"]);
    expect(await complete("apply", "-f", "")).toEqual([":files"]);
    expect(await complete("nonsense", "")).toEqual([""]);
  });

  test("asks the edge for names once in a few seconds, and is silent without an edge", async () => {
    front.seen.length = 0;
    for (let i = 0; i < 3; i++) await complete("get", "projects", "");
    expect(front.seen).toHaveLength(1);
    expect(
      await engineer.run(["__complete", "--", "get", "users", ""], { env: { MCPCTL_EDGE: "http://127.0.0.1:9" } }),
    ).toEqual({ exit: 0, out: "", err: "" });
  });

  test.each(["bash", "zsh", "fish", "powershell"])("has a script for %s", async (shell) =>
    expect(await out("completion", shell)).toContain("mcpctl __complete"),
  );
});

test("help is printed however it is asked for", async () => {
  const whole = await out("--help");
  expect(whole).toContain("MCPCTL_EDGE");
  expect(whole).not.toContain("__complete");
  expect(await out()).toBe(whole);
  expect(await out("help")).toBe(whole);
  expect(await out("config")).toContain("use-context");
  expect(await out("help", "get")).toContain("--selector");
  expect(await out("create", "llm", "--help")).toContain("--api-key-ref <secret/key>");
});

test("status shows the edge, its store and the login, and version works without an edge", async () => {
  expect(await out("status")).toMatch(/edge +ok .*\nstore +ok .*\nlogin +ok/);
  expect((await engineer.run(["status"], { env: { MCPCTL_TOKEN: "mcpctl_pat_wrong" } })).exit).toBe(4);
  expect(await out("version", "--client")).toMatch(/^mcpctl: +\d/);
  expect((await engineer.run(["version"], { env: { MCPCTL_EDGE: "http://127.0.0.1:9" } })).exit).toBe(0);
});

test("explain shows every kind and every field", async () => {
  const { kinds } = await import("#db/kinds/index");
  for (const kind of kinds) {
    const text = await out("explain", kind.plural);
    for (const field of Object.keys(kind.spec.shape)) {
      expect(text).toContain(field);
      expect(await out("explain", `${kind.name}.${field}`)).toContain("TYPE:");
    }
    expect(await out("explain", `${kind.name}.status`)).toContain("TYPE:");
  }
  expect(await out("explain", "prompt")).toContain("RULE:     At most one of `project`, `agent` can be set.\n");
  expect(await out("explain", "agent")).toContain("NAMED IN: prompt.agent (cascade), ");
  expect(await out("explain", "llm.pool")).toContain("NOTE:      this version has no pools");
  expect(await out("explain", "rbac.subjects.name")).toContain("REFERS TO: user, by name or email (kind: User)");
  expect(await out("explain", "group.members")).toContain("MUST BE:   at most 10,000 elements\n");
  expect(await out("explain", "server", "--recursive")).toContain("  env <[]object>\n    name <string> required\n");
  expect(await out("explain", "server")).not.toContain("valueFrom");
  expect(await out("explain", "llm.apiKeyRef.name")).toContain("REFERS TO: secret, by name");
  expect(await out("explain", "mcptoken.bindings.role")).toContain("view | create | edit | delete | run");
  expect(await out("api-resources")).toMatch(/^NAME +KIND/);
});
