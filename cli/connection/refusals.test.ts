import { describe, expect, test } from "vitest";
import { explainFailure } from "../failure.ts";
import { warningsOf } from "./api.ts";
import { failureOf } from "./refusals.ts";

const refused = (body: unknown, status: number, headers: Record<string, string> = {}) =>
  failureOf(new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers }), "GET /x");

describe("what the edge refuses", () => {
  test("by code, with its own hint and faults", async () => {
    const problem = {
      code: "invalid_request",
      detail: "Two faults.",
      hint: "Mend them.",
      errors: [
        { path: "tier", message: "no", expected: "fast or heavy", given: "fats", suggestion: "fast" },
        { path: "url", message: "must be an http or https URL" },
      ],
    };
    const failure = await refused(problem, 400, { "x-request-id": "r1" });
    expect(failure.exit).toBe(1);
    expect(explainFailure(failure, true)).toEqual([
      "Error: Two faults.",
      "  tier: expected fast or heavy, given fats (did you mean fast?)",
      "  url: must be an http or https URL",
      "Mend them.",
      "GET /x → 400 (request r1)",
    ]);
  });

  test("a single fault is not told twice", async () => {
    const problem = {
      code: "invalid_request",
      detail: "tier: no such",
      errors: [{ path: "tier", message: "no such" }],
    };
    expect(explainFailure(await refused(problem, 400), false)).toEqual(["Error: tier: no such"]);
  });

  test.each([
    [{ code: "not_found", detail: "Gone." }, 404, 3],
    [{ code: "not_allowed", detail: "No." }, 403, 4],
    [{ code: "not_authenticated", detail: "Who?" }, 401, 4],
    [{ code: "store_unavailable", detail: "Down." }, 503, 5],
    [{ error: { message: "No such model.", type: "invalid_request_error", code: "model_not_found" } }, 404, 3],
    // A newer edge's code: its status decides.
    [{ code: "something_new", detail: "New." }, 403, 4],
    ["<html>Bad gateway</html>", 502, 5],
    ["", 500, 1],
    ["[1]", 404, 3],
  ])("%j with %i is exit %i", async (body, status, exit) => {
    const failure = await refused(body, status);
    expect(failure.exit).toBe(exit);
    expect(explainFailure(failure, false).length).toBeLessThanOrEqual(3);
  });

  test("hints that are for callers of the API are told in this program's words", async () => {
    const who = { code: "not_authenticated", detail: "Who?", hint: "Send `Authorization: Bearer`." };
    expect((await refused(who, 401)).details.hint).toMatch(/MCPCTL_TOKEN/);
  });

  test.each(["Choose another name, or delete that one first.", "To give it another priority, detach it first."])(
    "of what is there already the edge alone knows what to do next: %s",
    async (hint) => {
      const taken = { code: "already_exists", detail: "It is there already.", hint };
      expect((await refused(taken, 409)).details.hint).toBe(hint);
    },
  );

  test("a provider's own error is told as the provider's, and the edge's word about a model as it is", async () => {
    const about = { "x-mcpctl-llm": "gpt" };
    for (const error of [{ message: "Slow down." }, { message: "Slow down.", type: "rate_limit_exceeded", code: null }])
      expect((await refused({ error }, 429, about)).message).toBe("The provider of LLM gpt answered 429: Slow down.");
    const own = { message: "The publisher of gpt is offline.", type: "service_unavailable", code: "publisher_offline" };
    expect((await refused({ error: own }, 503, about)).message).toBe(own.message);
    expect((await refused({ error: { message: "Slow down." } }, 429)).message).toBe("Slow down.");
  });

  test("Retry-After in seconds is kept, anything else is not", async () => {
    expect((await refused({}, 429, { "retry-after": "7" })).details.retryAfter).toBe(7);
    expect((await refused({}, 429, { "retry-after": "soon" })).details.retryAfter).toBeUndefined();
  });
});

test("warnings are read one by one, quotes and all", () => {
  expect(warningsOf('299 mcpctl "a \\"b\\", c", 299 mcpctl "d"')).toEqual(['a "b", c', "d"]);
  expect(warningsOf(null)).toEqual([]);
  expect(warningsOf("garbage")).toEqual([]);
});
