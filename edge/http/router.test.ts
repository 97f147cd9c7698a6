import { describe, expect, test } from "vitest";
import { open, type Route, route } from "./route.ts";
import { createRouter } from "./router.ts";

const at = (method: Route["method"], path: string) =>
  route(method, path, open("it is tried here"), { tag: "t", summary: "Tried." }, () => new Response());

const router = createRouter(
  [
    at("GET", "/api/v1/llms"),
    at("POST", "/api/v1/llms"),
    at("POST", "/api/v1/llms/_register"),
    at("GET", "/api/v1/llms/_stream"),
    at("GET", "/api/v1/tokens/introspect"),
    at("POST", "/api/v1/tokens/:name/revoke"),
    at("PATCH", "/api/v1/tokens/:name"),
    at("GET", "/api/v1/llms/:name"),
    at("DELETE", "/api/v1/llms/:name"),
    at("GET", "/api/v1/tokens/:name"),
    at("DELETE", "/api/v1/tokens/:name"),
    at("POST", "/v1/chat/completions"),
    at("GET", "/v1/models/:name"),
    at("GET", "/device/:step"),
  ],
  {
    serve: ({ path, method }, request, params) =>
      Response.json({ is: `${method} ${path}`, params, asked: request.method }, { headers: { "x-is": path } }),
    absent: (_request, path, allow) => Response.json({ absent: path, allow }, { headers: { allow: allow.join(", ") } }),
    failed: (_request, _path, error) => Response.json({ failed: String(error) }),
  },
);

const ctx = { waitUntil: () => {}, passThroughOnException: () => {} } as unknown as ExecutionContext;
const env = {} as Parameters<typeof router.fetch>[1];

const ask = async (method: string, path: string) =>
  router.fetch(new Request(`http://edge${path}`, { method }), env, ctx);
const asked = async (method: string, path: string) => (await ask(method, path)).json();

describe("the router", () => {
  test.each([
    ["GET", "/api/v1/llms", "GET /api/v1/llms", {}],
    ["POST", "/api/v1/llms", "POST /api/v1/llms", {}],
    ["GET", "/api/v1/llms?limit=1", "GET /api/v1/llms", {}],
    ["GET", "/api/v1/llms/gpt", "GET /api/v1/llms/:name", { name: "gpt" }],
    ["GET", "/api/v1/llms/a%20b", "GET /api/v1/llms/:name", { name: "a b" }],
    ["POST", "/api/v1/llms/_register", "POST /api/v1/llms/_register", {}],
    ["GET", "/api/v1/tokens/introspect", "GET /api/v1/tokens/introspect", {}],
    ["POST", "/api/v1/tokens/ci/revoke", "POST /api/v1/tokens/:name/revoke", { name: "ci" }],
    // A fixed path that lacks the method leaves it to the one with a parameter: a token may be called so.
    ["DELETE", "/api/v1/tokens/introspect", "DELETE /api/v1/tokens/:name", { name: "introspect" }],
    ["PATCH", "/api/v1/tokens/introspect", "PATCH /api/v1/tokens/:name", { name: "introspect" }],
  ])("%s %s: %s", async (method, path, is, params) => {
    expect(await asked(method, path)).toEqual({ is, params, asked: method });
  });

  test.each([
    ["PUT", "/api/v1/llms", "GET, HEAD, POST"],
    ["PUT", "/api/v1/llms/gpt", "GET, HEAD, DELETE"],
    ["POST", "/api/v1/llms/gpt", "GET, HEAD, DELETE"],
    ["OPTIONS", "/api/v1/llms/gpt", "GET, HEAD, DELETE"],
    ["PROPFIND", "/api/v1/llms/gpt", "GET, HEAD, DELETE"],
    ["GET", "/api/v1/tokens/ci/revoke", "POST"],
    ["GET", "/v1/chat/completions", "POST"],
    ["POST", "/v1/models/gpt", "GET, HEAD"],
    ["DELETE", "/device/confirm", "GET, HEAD"],
    // What is there by either of two paths is possible.
    ["PUT", "/api/v1/tokens/introspect", "GET, HEAD, PATCH, DELETE"],
    // No resource is called so.
    ["GET", "/api/v1/llms/_register", "POST"],
    ["DELETE", "/api/v1/llms/_register", "POST"],
    ["DELETE", "/api/v1/llms/_stream", "GET, HEAD"],
  ])("%s %s is not possible, and it says what is: %s", async (method, path, allow) => {
    expect((await ask(method, path)).headers.get("allow")).toBe(allow);
  });

  test.each(["/", "/api", "/api/v1/llms/", "/api/v1/llms/gpt/x", "/v1/models/", "/nowhere", "//api/v1/llms"])(
    "nothing is at %s",
    async (path) => {
      expect(await asked("GET", path)).toEqual({ absent: path, allow: [] });
      expect(await asked("POST", path)).toEqual({ absent: path, allow: [] });
    },
  );

  test.each([
    ["/api/v1/llms", "/api/v1/llms"],
    ["/api/v1/llms/gpt", "/api/v1/llms/:name"],
    ["/api/v1/tokens/introspect", "/api/v1/tokens/introspect"],
    ["/api/v1/llms/_stream", "/api/v1/llms/_stream"],
  ])("HEAD %s is answered as its GET, without a body", async (path, is) => {
    const answer = await ask("HEAD", path);
    expect(answer.headers.get("x-is")).toBe(is);
    expect(await answer.text()).toBe("");
  });

  test.each(["/api/v1/llms/_register", "/v1/chat/completions", "/api/v1/tokens/ci/revoke"])(
    "HEAD %s is not possible where GET is not",
    async (path) => {
      const answer = await ask("HEAD", path);
      expect(answer.headers.get("allow")).toBe("POST");
      expect(await answer.text()).toBe("");
    },
  );

  test("knows paths, whatever the method", () => {
    for (const path of ["/api/v1/llms", "/api/v1/llms/gpt", "/v1/chat/completions"])
      expect(router.knows(path)).toBe(true);
    for (const path of ["/api/v1", "/api/v1/llms/", "/x"]) expect(router.knows(path)).toBe(false);
  });
});
