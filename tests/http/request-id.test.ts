/** The id of a request is in its answer, in the log and in the audit trail alike. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { SECRET_HEADER, SESSION_HEADER } from "#db/protocol/publisher";
import { PROTOCOL_VERSION } from "#db/protocol/version";
import { type InferenceWorld, startInferenceWorld } from "../inference/world.ts";
import { verifies } from "../requirements.ts";

let world: InferenceWorld;
beforeAll(async () => {
  world = await startInferenceWorld();
});
afterAll(() => world?.stop());

interface Sent {
  status: number;
  id: string;
  text: string;
}

async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Sent> {
  const answer = await fetch(world.edge.url + path, {
    method,
    redirect: "manual",
    headers: { authorization: `Bearer ${world.token}`, "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  });
  return { status: answer.status, id: answer.headers.get("x-request-id") ?? "none", text: await answer.text() };
}

/** What the trail holds under an id, once it is there. */
async function trailOf(id: string): Promise<string> {
  let kinds: string[] = [];
  const look = async () => {
    const rows = await world.store.query<{ kind: string }>("select kind from auditevent where correlation = $1", [id]);
    kinds = rows.map((row) => row.kind);
    return kinds.length;
  };
  await expect.poll(look, { timeout: 15_000, interval: 100 }).toBeGreaterThan(0);
  return [...new Set(kinds)].join();
}

const chat = { model: "gpt", messages: [{ role: "user", content: "Hi" }] };
const user = { name: "ann", email: "ann@example.com", password: "a password of ann" };

describe("a request's id", () => {
  test("is on every answer, and never twice the same", async () => {
    const ids = new Set<string>();
    const asked = [
      ["GET", "/healthz"],
      ["GET", "/readyz"],
      ["GET", "/.well-known/jwks.json"],
      ["GET", "/api/v1/llms"],
      ["GET", "/api/v1/llms/gpt"],
      ["GET", "/api/v1/openapi.json"],
      ["GET", "/api/v1/auth/me"],
      ["GET", "/v1/models"],
      ["GET", "/login/done"],
      ["GET", "/api/v1/auth/oidc/device"],
      ["HEAD", "/api/v1/llms"],
      ["GET", "/nowhere"],
      ["PUT", "/api/v1/llms"],
      ["POST", "/v1/messages"],
      ["POST", "/mcp"],
      ["GET", "/api/v1/llms?nonsense=1"],
    ] as const;
    for (const [method, path] of asked) {
      const { id } = await send(method, path);
      expect(id, `${method} ${path}`).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      ids.add(id);
    }
    expect(ids.size).toBe(asked.length);
  });

  test("is on answers to a publisher", async () => {
    const registered = await send("POST", "/api/v1/llms/_provider-register", {
      protocol: PROTOCOL_VERSION,
      host: { hostname: "here" },
      capacity: { slots: 1 },
      llms: [{ name: "published", type: "openai", model: "m" }],
    });
    expect([registered.status, registered.id], registered.text).toEqual([200, expect.stringMatching(/-/)]);
    const said = z.looseObject({ providerSessionId: z.string(), sessionSecret: z.string() });
    const { providerSessionId, sessionSecret } = said.parse(JSON.parse(registered.text));
    const secret = { [SESSION_HEADER]: providerSessionId, [SECRET_HEADER]: sessionSecret };
    const stop = new AbortController();
    const channel = await fetch(`${world.edge.url}/api/v1/llms/_provider-stream`, {
      headers: secret,
      signal: stop.signal,
    });
    expect([channel.status, channel.headers.get("x-request-id")]).toEqual([200, expect.stringMatching(/-/)]);
    stop.abort();
    const beat = await send("POST", "/api/v1/llms/_provider-heartbeat", {}, secret);
    expect(beat.id).toMatch(/-/);
  });

  test("is never the client's own, nor what it says that Cloudflare called it", async () => {
    const mine = "0123456789abcdef-FRA";
    for (const header of ["x-request-id", "x-correlation-id", "request-id", "cf-ray"])
      expect((await send("GET", "/healthz", undefined, { [header]: mine })).id, header).not.toBe(mine);
  });

  test(verifies("audit.correlation", "is in every kind of audit event of the request"), async () => {
    for (const [kind, status, method, path, body] of [
      ["resource_change", 201, "POST", "/api/v1/projects", { name: "web" }],
      ["resource_change", 200, "PATCH", "/api/v1/projects/web", { description: "Ours." }],
      ["resource_change", 200, "DELETE", "/api/v1/projects/web", undefined],
      ["resource_change", 201, "POST", "/api/v1/users", user],
      ["auth", 200, "POST", "/api/v1/auth/login", { email: user.email, password: user.password }],
      ["auth", 401, "POST", "/api/v1/auth/login", { email: user.email, password: "a wrong one" }],
      ["auth", 201, "POST", "/api/v1/auth/tokens", { name: "ci" }],
      ["auth", 200, "DELETE", "/api/v1/auth/tokens/ci", undefined],
      ["llm_inference_call", 200, "POST", "/v1/chat/completions", chat],
      ["llm_inference_call", 200, "POST", "/v1/chat/completions", { ...chat, stream: true }],
      ["llm_inference_call", 200, "POST", "/api/v1/llms/gpt/infer", chat],
      ["llm_inference_call", 502, "POST", "/v1/chat/completions", { ...chat, model: "nobody" }],
      ["llm_inference_call", 502, "POST", "/api/v1/llms/nobody/infer", chat],
    ] as const) {
      const what = `${method} ${path} ${status}`;
      const sent = await send(method, path, body);
      expect(sent.status, `${what}: ${sent.text}`).toBe(status);
      expect(await trailOf(sent.id), what).toBe(kind);
    }
    const missing = "select kind from auditevent where correlation is null";
    expect(await world.store.query(missing)).toEqual([]);
  });

  test("is in the log of what went wrong, on every surface", async () => {
    await world.store.query("alter table prompt rename to prompt_away");
    await world.store.query("alter table llm rename to llm_away");
    for (const path of ["/api/v1/prompts", "/v1/models"]) {
      const { status, id, text } = await send("GET", path);
      expect(status, text).toBe(500);
      const lines = () =>
        world.edge
          .log()
          .split("\n")
          .filter((line) => line.includes(id));
      await expect.poll(() => lines().length, { timeout: 5_000 }).toBe(1);
      expect(lines()[0], path).toContain(`"path":"${path}"`);
    }
  });
});
