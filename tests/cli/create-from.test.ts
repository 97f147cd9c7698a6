/** Servers out of templates, and what does not go together said before anything is sent. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifies } from "../requirements.ts";
import { type Catalogue, startCatalogue } from "./catalogue.ts";

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await startCatalogue();
});
afterAll(() => catalogue?.stop());

const run = (...args: string[]) => catalogue.engineer.run(args);

describe(verifies("cli.create-from", "mcpctl create server --from"), () => {
  test("makes a server of a template that ships, with the values that it asks for", async () => {
    const made = await run("create", "server", "clock", "--from", "template/time", "--set", "timezone=Europe/Warsaw");
    expect(made.exit, made.err).toBe(0);
    const shown = JSON.parse((await run("get", "server", "clock", "-o", "json")).out);
    expect(shown).toMatchObject({
      packageName: "mcp-server-time",
      runtime: "python",
      args: ["--local-timezone", "Europe/Warsaw"],
      template: "time",
    });
  });

  test("refers to the secret that holds a value, and prints no value", async () => {
    expect(
      (await catalogue.engineer.run(["create", "secret", "git", "--data", "token=-"], { stdin: "canary" })).exit,
    ).toBe(0);
    const made = await run(
      ...["create", "server", "forge", "--from", "tpl/gitea", "--replicas", "2"],
      ...["--set", "url=https://git.example.com", "--set", "token=git/token", "-o", "yaml"],
    );
    expect(made.exit, made.err).toBe(0);
    expect(made.out).toContain("secretRef:\n");
    expect(made.out).toContain("replicas: 2\n");
    expect(made.out + made.err).not.toContain("canary");
    const kept = await run("delete", "secret", "git");
    expect(kept.exit).toBe(1);
    expect(kept.err).toContain("server/forge");
  });

  test("says everything that is missing or wrong, and never repeats a value that should be a secret's name", async () => {
    const said = await run(
      "create",
      "server",
      "x",
      "--from",
      "gitea",
      "--set",
      "ulr=https://a",
      "--set",
      "token=s3cr3t!",
    );
    expect(said.exit).toBe(2);
    expect(said.err).toContain("did you mean url?");
    expect(said.err).toContain("--set url: is required");
    expect(said.err).toContain("is a secret: give SECRET/KEY");
    expect(said.err).not.toContain("s3cr3t!");
    expect((await run("create", "server", "x", "--from", "llm/gpt")).exit).toBe(2);
    expect((await run("create", "server", "x", "--from", "template/gitae")).exit).toBe(3);
  });

  test("names flags that exclude each other, before it asks the edge", async () => {
    const said = await run("create", "server", "x", "--url", "https://a.example", "--docker-image", "b");
    expect(said.exit).toBe(2);
    expect(said.err).toContain("--url: can't be given together with dockerImage");
    expect((await run("create", "server", "x")).err).toContain("one of packageName, dockerImage, url is required");
    expect(
      (await run("create", "prompt", "p", "--content", "a", "--project", "default", "--agent", "b")).err,
    ).toContain("--agent: can't be given together with project");
  });
});
