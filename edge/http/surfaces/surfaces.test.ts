import { createParser } from "eventsource-parser";
import { describe, expect, test } from "vitest";
import { type ErrorCode, errors, Refusal } from "#db/protocol/errors";
import { type Surface, surfaceOf, surfaces } from "./index.ts";

const named = (name: Surface["name"]): Surface => {
  const found = surfaces.find((s) => s.name === name);
  if (!found) throw new Error(`there is no surface ${name}`);
  return found;
};

describe("the owner of a path", () => {
  test.each<[Surface["name"], string[]]>([
    [
      "page",
      [
        "/device",
        "/device/confirm",
        "/device/x/y",
        "/login",
        "/login/done",
        "/api/v1/auth/oidc/authorize",
        "/api/v1/auth/oidc/device",
        "/api/v1/auth/oidc/callback",
        "/api/v1/auth/device/confirm",
      ],
    ],
    ["anthropic", ["/v1/messages", "/v1/messages/", "/v1/messages/count_tokens", "/v1/messages/batches/x"]],
    ["openai", ["/v1", "/v1/", "/v1/models", "/v1/chat/completions", "/v1/messagesx", "/v1/v1/messages"]],
    ["mcp", ["/mcp", "/mcp/", "/mcp/projects/web"]],
    [
      "api",
      [
        "/",
        "",
        "/healthz",
        "/.well-known/jwks.json",
        "/api/v1/llms",
        "/api/v1/llms/gpt/infer",
        "/api/v1/auth/oidc/token",
        "/api/v1/auth/device",
        "/api/v1/auth/device/token",
        "/v1x",
        "/v2/messages",
        "/mcpx",
        "/devices",
        "/logins",
        "/api/v1/devices/device",
        "/V1/models",
      ],
    ],
  ])("is %s", (name, paths) => {
    for (const path of paths) expect(surfaceOf(path).name, path).toBe(name);
  });

  test("is one for every path, and the last takes what is left", () => {
    expect(surfaces.map((s) => s.name)).toEqual(["page", "anthropic", "openai", "mcp", "api"]);
    expect(surfaces.at(-1)?.owns("/whatever")).toBe(true);
    for (const surface of surfaces.slice(0, -1)) expect(surface.owns("/whatever"), surface.name).toBe(false);
  });
});

const refusal = new Refusal("not_allowed", "You may not <do> this.", {
  hint: "Ask somebody.",
  permission: "run:llms:gpt",
  param: "model",
  faults: [{ path: "a", message: "is wrong" }],
});

describe("a refusal", () => {
  test.each<[Surface["name"], string, unknown]>([
    [
      "openai",
      "application/json",
      {
        error: {
          message: "You may not <do> this. Ask somebody.",
          type: "permission_denied",
          code: "not_allowed",
          param: "model",
        },
      },
    ],
    [
      "anthropic",
      "application/json",
      {
        type: "error",
        error: { type: "permission_error", message: "You may not <do> this. Ask somebody." },
        request_id: "r1",
      },
    ],
    [
      "mcp",
      "application/json",
      {
        jsonrpc: "2.0",
        id: null,
        error: {
          code: -32000,
          message: "You may not <do> this. Ask somebody.",
          data: { code: "not_allowed", permission: "run:llms:gpt" },
        },
      },
    ],
    [
      "api",
      "application/problem+json",
      {
        type: "about:blank",
        title: "not allowed",
        status: 403,
        detail: "You may not <do> this.",
        code: "not_allowed",
        hint: "Ask somebody.",
        permission: "run:llms:gpt",
        errors: [{ path: "a", message: "is wrong" }],
      },
    ],
  ])("of %s has the shape that its clients parse", async (name, type, body) => {
    const answer = named(name).write(refusal, "r1");
    expect(answer.headers.get("content-type")).toBe(type);
    expect(await answer.json()).toEqual(body);
  });

  test("of page is HTML, in which what was asked for is text", async () => {
    const answer = named("page").write(refusal, "r1");
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    const text = await answer.text();
    expect(text).toMatch(/^<!doctype html>/);
    expect(text).toContain("<title>You may not log in here");
    for (const part of ["You may not &lt;do&gt; this.", "Ask somebody.", "Request r1"]) expect(text).toContain(part);
  });

  test("has on every surface the status, the id and the headers that say what to do", () => {
    const wide = new Refusal("method_not_allowed", "No.", {
      allow: "GET, HEAD",
      retryAfter: 1.2,
      lasting: true,
      accept: { header: "accept-patch", value: "application/json" },
    });
    for (const surface of surfaces) {
      for (const code of Object.keys(errors) as ErrorCode[]) {
        const { status, headers } = surface.write(new Refusal(code, "No."), "r1");
        expect(status, code).toBe(errors[code].http);
        expect(headers.get("x-request-id")).toBe("r1");
        expect(headers.get("cache-control")).toBe("no-store");
        // Claude Code retries a 401 for minutes where it is not told.
        expect(headers.get("x-should-retry"), code).toBe(status === 401 ? "false" : null);
        expect(headers.get("www-authenticate"), code).toBe(status === 401 ? 'Bearer realm="mcpctl"' : null);
      }
      const { headers } = surface.write(wide, "r1");
      expect(headers.get("allow"), surface.name).toBe("GET, HEAD");
      expect(headers.get("retry-after"), surface.name).toBe("2");
      expect(headers.get("x-should-retry"), surface.name).toBe("false");
      expect(headers.get("accept-patch"), surface.name).toBe("application/json");
    }
  });

  test.each<Surface["name"]>(["openai", "api"])(
    "in a stream of %s is one event, as clients of chat completions read one",
    (name) => {
      const events: string[] = [];
      createParser({ onEvent: (e) => events.push(e.data) }).feed(named(name).event?.(refusal) ?? "");
      expect(events.map((e) => JSON.parse(e))).toEqual([
        { error: expect.objectContaining({ code: "not_allowed", param: "model" }) },
      ]);
    },
  );

  test("tells Anthropic's clients the id where they look for it", () => {
    expect(named("anthropic").write(refusal, "r1").headers.get("request-id")).toBe("r1");
  });

  test.each<[ErrorCode, number]>([
    ["malformed_json", -32700],
    ["invalid_request", -32600],
    ["internal", -32603],
    ["not_authenticated", -32000],
    ["store_unavailable", -32000],
  ])("of mcp: %s has JSON-RPC's code %d", async (code, expected) => {
    expect(await named("mcp").write(new Refusal(code, "No."), "r1").json()).toMatchObject({
      error: { code: expected },
    });
  });
});
