import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dnsLabel } from "#db/schema/field";
import { labelOf } from "./naming.ts";

describe("a model's name as a DNS label", () => {
  test.each([
    ["llama3:8b", "llama3-8b"],
    ["Qwen/Qwen3-4B-Instruct", "qwen3-4b-instruct"],
    ["/models/SmolLM2-135M.Q4_K_M.gguf", "smollm2-135m-q4-k-m"],
    ["C:\\models\\phi.gguf", "phi"],
    ["--", undefined],
    ["模型", undefined],
  ])("%s is %s", (model, label) => {
    expect(labelOf(model)).toBe(label);
  });

  test("is always one that the edge takes, or none", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (model) => {
        const label = labelOf(model);
        if (label !== undefined) expect(dnsLabel.safeParse(label).success).toBe(true);
      }),
    );
  });
});
