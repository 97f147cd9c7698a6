import { describe, expect, test } from "vitest";
import { newRequestId, withRequestId } from "./request-id.ts";

const asked = (headers: Record<string, string>, cf?: object) =>
  newRequestId(Object.assign(new Request("http://edge/", { headers }), { cf }) as Request);

describe("the id of a request", () => {
  test("is Cloudflare's where there is one", () => {
    expect(asked({ "cf-ray": "0123456789abcdef-FRA" }, { colo: "FRA" })).toBe("0123456789abcdef-FRA");
    expect(asked({ "cf-ray": "0123456789abcdef" }, { colo: "FRA" })).toBe("0123456789abcdef");
  });

  test("is made up elsewhere, and never what the client calls it", () => {
    const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
    expect(asked({})).toMatch(uuid);
    expect(asked({ "x-request-id": "mine", "request-id": "mine", "x-correlation-id": "mine" })).toMatch(uuid);
    for (const cf of [undefined, {}]) expect(asked({ "cf-ray": "0123456789abcdef-FRA" }, cf)).toMatch(uuid);
    expect(asked({ "cf-ray": "x".repeat(5_000) }, { colo: "FRA" })).toMatch(uuid);
    expect(asked({})).not.toBe(asked({}));
  });

  test("is set on an answer, also on one that can't be written on", async () => {
    const own = new Response("a", { status: 201, headers: { etag: '"1"' } });
    expect(withRequestId(own, "r1")).toBe(own);
    expect(own.headers.get("x-request-id")).toBe("r1");
    const fixed = Response.redirect("http://elsewhere/", 303);
    const answer = withRequestId(fixed, "r1");
    expect([answer.status, answer.headers.get("location"), answer.headers.get("x-request-id")]).toEqual([
      303,
      "http://elsewhere/",
      "r1",
    ]);
  });

  test("takes the place of what a model server called it", () => {
    const answer = withRequestId(new Response("", { headers: { "x-request-id": "theirs" } }), "r1");
    expect(answer.headers.get("x-request-id")).toBe("r1");
  });
});
