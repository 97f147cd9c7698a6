/** A stream that is open ends within 5 s of its caller losing the right to it, with an error that clients parse. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { startEdge, type TestEdge } from "../../infra/harness.ts";
import { verifies } from "../requirements.ts";
import { clientOf, type Send } from "./edge-client.ts";

const REVOKED_WITHIN_MS = 5_000;

let provider: Server;
let hungUp: Promise<unknown>;
let edge: TestEdge;
let send: Send;
let root: string;

/** A model that never finishes: a chunk every 100 ms until it is hung up on. */
function endless(): Server {
  return createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "text/event-stream" });
    const chunk = { id: "c", object: "chat.completion.chunk", choices: [{ index: 0, delta: { content: "on and " } }] };
    const timer = setInterval(() => response.write(`data: ${JSON.stringify(chunk)}\n\n`), 100);
    hungUp = once(response, "close").then(() => clearInterval(timer));
  });
}

beforeAll(async () => {
  provider = endless().listen(0, "127.0.0.1");
  await once(provider, "listening");
  edge = await startEdge();
  send = clientOf(edge.url);
  root = (await edge.bootstrap()).token;
  const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const body = { name: "endless", type: "openai", model: "endless", url };
  expect((await send("POST", "/api/v1/llms", { token: root, body })).status).toBe(201);
});
afterAll(async () => {
  provider.closeAllConnections();
  provider.close();
  await edge.stop();
});

async function mint(name: string): Promise<string> {
  const body = { name, project: "default", bindings: [{ role: "run", resource: "llms", name: "endless" }] };
  const answer = await send("POST", "/api/v1/mcptokens", { token: root, body });
  expect(answer.status).toBe(201);
  return z.string().parse(answer.body["token"]);
}

/** Reads a stream of `token` while `meanwhile` runs. @returns its last event, and how long after `meanwhile` it ended. */
async function stream(token: string, meanwhile: () => Promise<unknown>): Promise<{ last: unknown; afterMs: number }> {
  const response = await fetch(`${edge.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "endless", stream: true, messages: [{ role: "user", content: "go on" }] }),
    signal: AbortSignal.timeout(30_000),
  });
  expect(response.status).toBe(200);
  let text = "";
  let since: number | undefined;
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (since === undefined && text.split("\n\n").length > 5) {
      await meanwhile();
      since = performance.now();
    }
  }
  const events = text.split("\n\n").filter((e) => e.startsWith("data: "));
  return {
    last: JSON.parse(events.at(-1)?.slice("data: ".length) ?? "null"),
    afterMs: performance.now() - (since ?? 0),
  };
}

describe("an open stream ends", () => {
  test(verifies("auth.revoke-5s", "when its token is revoked"), async () => {
    const token = await mint("revoked");
    const { last, afterMs } = await stream(token, () =>
      send("POST", "/api/v1/mcptokens/revoked/revoke", { token: root }),
    );
    expect(last).toMatchObject({ error: { code: "not_authenticated", type: "authentication_error" } });
    expect(afterMs).toBeLessThan(REVOKED_WITHIN_MS);
    await hungUp;
  });

  test("when its token is deleted", async () => {
    const token = await mint("deleted");
    const { last, afterMs } = await stream(token, () => send("DELETE", "/api/v1/mcptokens/deleted", { token: root }));
    expect(last).toMatchObject({ error: { code: "not_authenticated" } });
    expect(afterMs).toBeLessThan(REVOKED_WITHIN_MS);
  });

  test("when its binding is taken away, and says which", async () => {
    const token = await mint("unbound");
    const { body } = await send("GET", "/api/v1/mcptokens/unbound", { token: root });
    const { hash } = z.object({ hash: z.string() }).parse(body["status"]);
    const { last, afterMs } = await stream(token, () =>
      send("DELETE", `/api/v1/rbac/mcptoken-${hash.slice(0, 12)}`, { token: root }),
    );
    expect(last).toMatchObject({ error: { code: "not_allowed", type: "permission_denied" } });
    expect(JSON.stringify(last)).toContain("run:llms:endless");
    expect(afterMs).toBeLessThan(REVOKED_WITHIN_MS);
  });
});
