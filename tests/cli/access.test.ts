/** Who may, who did, and whose sessions there are, at the command line. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";
import { type Catalogue, startCatalogue } from "./catalogue.ts";
import type { Said } from "./person.ts";

let catalogue: Catalogue;
const run = (...args: string[]): Promise<Said> => catalogue.engineer.run(args);
async function out(...args: string[]): Promise<string> {
  const said = await run(...args);
  expect(said.exit, said.err).toBe(0);
  return said.out;
}

beforeAll(async () => {
  catalogue = await startCatalogue();
  const documents = `
kind: group
name: makers
members: [admin]
---
kind: cluster
name: default
---
kind: rbac
name: makers
subjects:
  - { kind: Group, name: makers }
  - { kind: ServiceAccount, name: ci/deployer }
bindings: [{ role: run, resource: llms, name: alpha }]
`;
  const applied = await catalogue.engineer.run(["apply", "-f", "-"], { stdin: documents });
  expect(applied.exit, applied.err).toBe(0);
});
afterAll(() => catalogue?.stop());

describe("mcpctl get sessions", () => {
  test(verifies("auth.sessions", "lists sessions, describes one and ends one"), async () => {
    expect(await out("auth", "create-token", "spare", "--expiry", "30d")).toMatch(/^mcpctl_pat_/);
    const table = await out("get", "sessions");
    expect(table).toMatch(/^NAME +USER +TYPE +CLIENT +RENEWED +EXPIRES +CURRENT +AGE\n/);
    expect(table).toMatch(/ admin +personal +bootstrap .* true /);
    const [id] = /^(\S+) .*spare/m.exec(table)?.slice(1) ?? [];
    expect(await out("describe", "session", id ?? "")).toMatch(/client: +spare/);
    expect(await out("get", "sessions", "--field-selector", "client=spare", "-o", "name")).toBe(`session/${id}\n`);
    expect(await out("delete", "session", id ?? "")).toBe(`session "${id}" deleted\n`);
    expect((await run("get", "session", id ?? "")).exit).toBe(3);
    expect((await run("create", "session", "mine")).exit).toBe(2);
    expect((await run("edit", "session", id ?? "")).exit).toBe(2);
  });
});

describe("mcpctl events", () => {
  test(verifies("audit.read", "shows events newest first, about one resource or all"), async () => {
    await out("label", "llm", "alpha", "seen=yes");
    await until("the change is in the trail", async () =>
      (await run("events", "llm", "alpha")).out.includes("changed"),
    );
    expect(await out("events", "llm/alpha")).toMatch(
      /^TYPE .*\nresource_change +changed +llm\/alpha +admin +bootstrap .*\nresource_change +created +llm\/alpha /,
    );
    expect(await out("events", "--type", "auth", "--principal", "admin", "-o", "json")).toContain(
      '"action": "bootstrap"',
    );
    expect((await out("events", "--limit", "2", "--no-headers")).split("\n")).toHaveLength(3);
    expect((await run("events", "--since", "soon")).exit).toBe(1);
    expect((await run("events", "--limit", "0")).exit).toBe(2);
    expect((await run("events", "llms")).exit).toBe(2);
    expect((await run("events", "llm", "nope")).err).toBe("No events found.\n");
  });

  test("are part of what describe shows, with who reaches the resource", async () => {
    const text = await out("describe", "llm", "alpha");
    expect(text).toMatch(
      /Reached by:\n(.*\n)*? +User admin: +run \(run:llms:alpha\) by rbac\/makers, via group\/makers\n/,
    );
    expect(text).toMatch(/ServiceAccount default\/ci\/deployer: +run \(run:llms:alpha\) by rbac\/makers\n/);
    expect(text).toMatch(/Latest events:\n +\d\w+ ago: +changed by admin\n/);
  });

  test("and logins are left out of `get all`", async () => {
    const all = await out("get", "all", "-o", "name");
    expect(all).toContain("llm/alpha\n");
    expect(all).not.toMatch(/^(session|auditevent)\//m);
  });
});

describe("mcpctl --as a service account", () => {
  test(verifies("auth.impersonation", "asks and acts with that account's rights"), async () => {
    expect(await out("whoami", "--as", "ci/deployer")).toMatch(
      /Name: +default\/ci\/deployer\nKind: +ServiceAccount\nSent by: +admin \(User\)\n/,
    );
    expect(await out("auth", "can-i", "run", "llm", "alpha", "--as", "ci/deployer")).toBe("yes\n");
    expect(await run("auth", "can-i", "run", "llm", "beta", "--as", "ci/deployer")).toMatchObject({
      exit: 1,
      out: "no\n",
    });
    expect(await out("auth", "can-i", "--list", "--as", "ci/deployer")).toMatch(
      /VERB +RESOURCE +NAME\nrun +llms +alpha\n$/,
    );
    expect((await run("get", "llms", "--as", "ci/deployer")).exit).toBe(4);
    expect((await run("get", "llms", "--as", "nowhere/a/b")).err).toContain('there is no cluster "nowhere"');
  });
});
