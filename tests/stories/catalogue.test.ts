/** A platform engineer with the command line: describe, apply, look, change, hand out, take back. */
import { statSync, writeFileSync } from "node:fs";
import path from "node:path";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ModelServer, startModelServer } from "../fakes/model-server.ts";
import { type Finished, type Person, type Stack, startStack } from "../harness/stack.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";

const KEY = "sk-the-key-of-the-provider";

let stack: Stack;
let provider: ModelServer;
let engineer: Person;

beforeAll(async () => {
  provider = await startModelServer({ apiKey: KEY });
  stack = await startStack();
  engineer = stack.person({ MCPCTL_EDGE: stack.edge.url, MCPCTL_TOKEN: stack.admin.token });
});

afterAll(async () => {
  await stack?.stop();
  await provider?.stop();
});

const manifest = (llm: string, tier: string) => `kind: llm
name: ${llm}
type: openai
model: real-${llm}
tier: ${tier}
url: ${provider.url}
apiKeyRef: { name: provider, key: key }
labels: { team: research }
`;

/** It worked, and what it printed. */
async function works(args: readonly string[], options?: Parameters<Person["mcpctl"]>[1]): Promise<Finished> {
  const finished = await engineer.mcpctl(args, options);
  expect(finished.code, `mcpctl ${args.join(" ")}\n${finished.stdout}${finished.stderr}`).toBe(0);
  return finished;
}

describe("the catalogue", () => {
  test(verifies("cli.verbs", "holds a secret whose value came from the environment"), async () => {
    const made = await works(["create", "secret", "provider", "--from-env", "key=PROVIDER_KEY"], {
      env: { PROVIDER_KEY: KEY },
    });
    expect(made.stdout).toContain("secret/provider created");
    const shown = await works(["get", "secret", "provider", "-o", "yaml", "--show-status"]);
    expect(shown.stdout).toContain("key");
    expect(shown.stdout).not.toContain(KEY);
  });

  test(verifies("cli.verbs", "takes what a file describes, and says what changed"), async () => {
    const file = path.join(engineer.home, "team.yaml");
    writeFileSync(file, `${manifest("alpha", "fast")}---\n${manifest("beta", "heavy")}`);
    const first = await works(["apply", "-f", file]);
    expect(first.stdout).toMatch(/llm\/alpha created/);
    expect(first.stdout).toMatch(/llm\/beta created/);
    const second = await works(["apply", "-f", file]);
    expect(second.stdout).toMatch(/llm\/alpha unchanged/);
    writeFileSync(file, manifest("alpha", "heavy"));
    expect((await works(["apply", "-f", file])).stdout).toMatch(/llm\/alpha configured/);
  });

  test(verifies("cli.round-trip", "prints manifests that can be applied again unchanged"), async () => {
    for (const kind of ["llms", "secrets", "projects", "groups", "secretbackends"]) {
      const got = await works(["get", kind, "-o", "yaml"]);
      expect(got.stdout).not.toContain("status:");
      const applied = await works(["apply", "-f", "-"], { stdin: got.stdout });
      const lines = applied.stdout.trim().split("\n").filter(Boolean);
      expect(
        lines.filter((line) => !/ unchanged$/.test(line)),
        kind,
      ).toEqual([]);
    }
  });

  test(verifies("cli.verbs", "is listed and described"), async () => {
    const listed = await works(["get", "llms"]);
    expect(listed.stdout).toMatch(/^NAME\s+TYPE\s+MODEL/);
    expect(listed.stdout).toContain("real-alpha");
    expect((await works(["get", "llm", "alpha", "-o", "jsonpath={.model}"])).stdout.trim()).toBe("real-alpha");
    expect(
      (await works(["get", "llms", "-l", "team=research", "-o", "name"])).stdout.trim().split("\n").sort(),
    ).toEqual(["llm/alpha", "llm/beta"]);
    const described = await works(["describe", "llm", "alpha"]);
    expect(described.stdout).toContain("provider");
    expect(described.stdout).not.toContain(KEY);
  });

  test(verifies("cli.verbs", "is changed in an editor"), async () => {
    const editor = path.join(engineer.home, "editor.sh");
    writeFileSync(editor, '#!/bin/sh\nsed -i.bak "s/tier: heavy/tier: fast/" "$1"\n', { mode: 0o755 });
    await works(["edit", "llm", "alpha"], { env: { EDITOR: editor } });
    expect((await works(["get", "llm", "alpha", "-o", "jsonpath={.tier}"])).stdout.trim()).toBe("fast");
  });

  test(verifies("cli.verbs", "answers a question as a stream on stdout"), async () => {
    const answer = await works(["run", "alpha", "hello"]);
    expect(answer.stdout.trim()).toBe("Hello, world!");
    expect(provider.seen.at(-1)?.body).toContain('"stream":true');
  });

  test("refuses to delete what is referred to", async () => {
    const refused = await engineer.mcpctl(["delete", "secret", "provider"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("alpha");
    await works(["get", "secret", "provider"]);
  });

  test(verifies("cli.verbs", "loses what is deleted"), async () => {
    await works(["delete", "llm", "beta"]);
    expect((await engineer.mcpctl(["get", "llm", "beta"])).code).toBe(3);
  });
});

describe("a person's own login", () => {
  test(verifies(["cli.verbs", "cli.private-files"], "is kept where only they can read it"), async () => {
    const password = "correct horse battery staple";
    await stack.admin.create("users", { name: "ada", email: "ada@example.com", password });
    const ada = stack.person();
    const login = await ada.mcpctl(
      ["login", "--edge", stack.edge.url, "--email", "ada@example.com", "--password-stdin"],
      {
        stdin: `${password}\n`,
      },
    );
    expect(login.code, login.stderr).toBe(0);
    const who = await ada.mcpctl(["whoami"]);
    expect(who.code, who.stderr).toBe(0);
    expect(who.stdout).toContain("ada@example.com");
    const file = path.join(ada.home, "mcpctl", "contexts.yaml");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await ada.mcpctl(["get", "llms"])).code).toBe(4);
    expect((await ada.mcpctl(["logout"])).code).toBe(0);
    expect((await ada.mcpctl(["whoami"])).code).not.toBe(0);
  });
});

describe("a colleague's token", () => {
  test(
    verifies(["cli.colleague", "auth.revoke-5s"], "runs one model, sees no other, and stops when it is deleted"),
    async () => {
      writeFileSync(path.join(engineer.home, "gamma.yaml"), manifest("gamma", "fast"));
      await works(["apply", "-f", path.join(engineer.home, "gamma.yaml")]);
      const made = await works(["create", "mcptoken", "colleague", "--bind", "run:llms:gamma"]);
      const token = made.stdout.trim();
      expect(token).toMatch(/^mcpctl_pat_/);
      const colleague = stack.openai(token);
      expect((await colleague.models.list()).data.map((m) => m.id)).toEqual(["gamma"]);
      const hello = { messages: [{ role: "user" as const, content: "hello" }] };
      expect((await colleague.chat.completions.create({ model: "gamma", ...hello })).choices).toHaveLength(1);
      await expect(colleague.chat.completions.create({ model: "alpha", ...hello })).rejects.toThrow(
        OpenAI.NotFoundError,
      );
      const other = stack.person({ MCPCTL_EDGE: stack.edge.url, MCPCTL_TOKEN: token });
      expect((await other.mcpctl(["run", "gamma", "hello"])).stdout.trim()).toBe("Hello, world!");
      expect((await other.mcpctl(["get", "llms"])).code).toBe(4);

      const trickle = {
        model: "gamma",
        messages: [{ role: "user" as const, content: "trickle" }],
        stream: true as const,
      };
      const open = await colleague.chat.completions.create(trickle);
      const ended = (async () => {
        for await (const _ of open);
      })().then(
        () => "ended as if complete",
        (e: unknown) => (e instanceof Error ? e.constructor.name : "?"),
      );
      const deletedAt = Date.now();
      await works(["delete", "mcptoken", "colleague"]);
      await until(
        "the token stops",
        () =>
          colleague.models.list().then(
            () => false,
            (e: unknown) => e instanceof OpenAI.AuthenticationError,
          ),
        5_000,
      );
      expect(await ended).toBe("APIError");
      expect(Date.now() - deletedAt).toBeLessThan(6_500);
    },
  );
});

describe("mistakes of somebody at the command line", () => {
  test(verifies("cli.exit-codes", "have their own exit codes"), async () => {
    const codes: Record<string, number | null> = {};
    const run = async (name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
      codes[name] = (await engineer.mcpctl(args, { env })).code;
    };
    await run("ok", ["get", "llms"]);
    await run("usage", ["get", "llms", "--no-such-flag"]);
    await run("not found", ["get", "llm", "nowhere"]);
    await run("not allowed", ["get", "llms"], { MCPCTL_TOKEN: "mcpctl_pat_wrong" });
    await run("unreachable", ["get", "llms"], { MCPCTL_EDGE: "http://127.0.0.1:9" });
    expect(codes).toEqual({ ok: 0, usage: 2, "not found": 3, "not allowed": 4, unreachable: 5 });
  });

  test(verifies("cli.streams", "leave stdout empty"), async () => {
    for (const args of [
      ["get", "llm", "nowhere"],
      ["get", "nonsense"],
      ["apply", "-f", "/no/such/file"],
    ]) {
      const { code, stdout, stderr } = await engineer.mcpctl(args);
      expect(code, args.join(" ")).not.toBe(0);
      expect(stdout, args.join(" ")).toBe("");
      expect(stderr.trim().split("\n").length, stderr).toBeLessThanOrEqual(3);
      expect(stderr).not.toBe("");
    }
  });

  test(
    verifies("resources.faults", "in a document are named by path, with a near spelling, before anything is written"),
    async () => {
      const wrong = `${manifest("delta", "fast")}---\n${manifest("epsilon", "fasst").replace("apiKeyRef", "apiKeyReff")}`;
      const refused = await engineer.mcpctl(["apply", "-f", "-"], { stdin: wrong });
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toMatch(/tier/);
      expect(refused.stderr).toMatch(/apiKeyRef\b/);
      expect((await engineer.mcpctl(["get", "llm", "delta"])).code).toBe(3);
    },
  );
});
