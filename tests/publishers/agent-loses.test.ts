/** What the local agent does when an administrator takes away what it publishes, or the right to it. */
import { rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ModelServer, startModelServer } from "../fakes/model-server.ts";
import type { Api } from "../harness/api-client.ts";
import { personWith } from "../harness/people.ts";
import { rows } from "../harness/rows.ts";
import { type Stack, startStack } from "../harness/stack.ts";
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

const call = (model: string, content = "hi") =>
  stack.admin.call("POST", "/v1/chat/completions", { model, messages: [{ role: "user", content }] });
async function rowOf(name: string): Promise<{ status: { state: string; publisher: string } }> {
  const [row] = await rows(stack.edge.databaseUrl, `select status from llm where name = '${name}'`);
  return row as { status: { state: string; publisher: string } };
}
const asked = (name: string) => server.seen.filter((s) => s.body.includes(`real/${name}"`));

describe("mcplocal, when an administrator takes away", () => {
  const owner = (name: string): Promise<Api> => personWith(stack.admin, name, [{ role: "create", resource: "llms" }]);
  const published = async (api: Api, name: string) => {
    const { body } = await api.call("POST", "/api/v1/auth/tokens", { name });
    const agent = stack.person().mcplocal(["publish", "--url", server.url, "--model", `real/${name}`, "--name", name], {
      env: { MCPCTL_EDGE: stack.edge.url, MCPCTL_TOKEN: String((body as Record<string, unknown>)["token"]) },
    });
    await agent.says("can be called");
    return agent;
  };

  test(verifies("virtual.standing", "its token, says why and what to do, and ends with 4"), async () => {
    const api = await owner("tess");
    const agent = await published(api, "tokenless");
    expect((await api.call("DELETE", "/api/v1/auth/tokens/tokenless")).status).toBe(200);
    const { code, stderr } = await agent.ended;
    expect(code).toBe(4);
    expect(stderr).toMatch(/revoked or deleted/);
    expect(stderr).toMatch(/mcpctl login|MCPCTL_TOKEN/);
    expect((await rowOf("tokenless")).status.state).toBe("inactive");
  });

  test(
    verifies("virtual.standing", "its right, says which, and ends with 4, while its answer breaks off"),
    async () => {
      const agent = await published(await owner("rick"), "rightless");
      const pending = call("rightless", "hang");
      await until("the model server was asked", () => asked("rightless").length > 0);
      expect((await stack.admin.call("DELETE", "/api/v1/rbac/rick")).status).toBe(200);
      const { code, stderr } = await agent.ended;
      expect(code).toBe(4);
      expect(stderr).toContain("create:llms");
      expect(await pending).toMatchObject({ status: 503 });
      await until("the model server's request ended", () => asked("rightless").every((s) => s.aborted));
    },
  );

  test(
    verifies("virtual.withdrawn", "one of its LLMs, says so, goes on with the others, and does not publish it again"),
    async () => {
      const person = stack.person();
      const env = { MCPCTL_EDGE: stack.edge.url, MCPCTL_TOKEN: stack.admin.token };
      const models = ["--model", "real/deleted", "--name", "deleted", "--model", "real/kept", "--name", "kept"];
      const args = ["publish", "--url", server.url, ...models];
      const agent = person.mcplocal(args, { env });
      await agent.says("can be called");
      expect((await stack.admin.call("DELETE", "/api/v1/llms/deleted")).status).toBe(200);
      await agent.says(/The LLM deleted was deleted at .*restart mcplocal/);
      expect(await call("kept")).toMatchObject({ status: 200 });
      const { publisher } = (await rowOf("kept")).status;
      await stack.edge.kill();
      await agent.says("trying again");
      // Its session is forgotten, so it registers anew.
      rmSync(path.join(stack.edge.dir, "objects"), { recursive: true, force: true });
      await stack.edge.restart();
      await until("the other is back", async () => (await call("kept")).status === 200);
      expect(publisher).toBeDefined();
      expect(await rowOf("deleted")).toBeUndefined();
      agent.process.kill("SIGTERM");
      await agent.ended;
      await person.mcplocal(args, { env }).says("deleted, kept can be called");
    },
  );
});
