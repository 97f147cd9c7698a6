import { describe, expect, test } from "vitest";
import { claimOf, specOf } from "./claim.ts";

const held = (status: Record<string, unknown>) => ({ spec: {}, status });

describe("a name that is taken", () => {
  test.each([
    ["by a public LLM", { lifecycle: "public", state: "active" }, "conflict"],
    ["by a public LLM that is inactive", { lifecycle: "public", state: "inactive" }, "conflict"],
    ["by itself, active", { lifecycle: "virtual", state: "active", publisher: "me" }, "reactivate"],
    ["by itself, inactive", { lifecycle: "virtual", state: "inactive", publisher: "me" }, "reactivate"],
    ["by another, inactive", { lifecycle: "virtual", state: "inactive", publisher: "other" }, "adopt"],
    ["by another, active", { lifecycle: "virtual", state: "active", publisher: "other" }, "conflict"],
    ["by another that sleeps", { lifecycle: "virtual", state: "hibernating", publisher: "other" }, "conflict"],
    ["by nobody knows whom", { lifecycle: "virtual", state: "active" }, "conflict"],
    ["by a row without status", {}, "conflict"],
  ] as const)("%s: %j is %s", (_, status, is) => {
    expect(claimOf(held(status), "me").is).toBe(is);
  });
});

describe("the spec", () => {
  test("is what the kind makes of what the publisher says", () => {
    expect(specOf({ name: "n", model: "m" })).toEqual({
      type: "openai",
      model: "m",
      tier: "fast",
      timeouts: { firstByte: 300_000, idle: 120_000 },
    });
  });

  test("allows the model server to choose only where the publisher or an editor said so", () => {
    const allowing = specOf({ name: "n", model: "m", providerMayChoose: true });
    expect(allowing.providerMayChoose).toBe(true);
    expect(specOf({ name: "n", model: "m" }, allowing).providerMayChoose).toBe(true);
    expect(specOf({ name: "n", model: "m", providerMayChoose: false }, allowing).providerMayChoose).toBe(false);
    expect(specOf({ name: "n", model: "m" }).providerMayChoose).toBeUndefined();
  });

  test("keeps what somebody edited, where the publisher says nothing about it", () => {
    const before = {
      ...specOf({ name: "n", model: "old" }),
      tier: "heavy",
      timeouts: { firstByte: 1_000, idle: 1_000 },
    };
    expect(specOf({ name: "n", model: "new", type: "vllm" }, before)).toEqual({
      ...before,
      type: "vllm",
      model: "new",
    });
  });
});
