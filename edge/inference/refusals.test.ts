import { describe, expect, test } from "vitest";
import { llm } from "#db/kinds/llm";
import type { Target } from "./directory.ts";
import { brokeOff, didNotBegin, fellSilent, overdue } from "./refusals.ts";

const target = (published: boolean): Target => ({
  id: "1",
  name: "qwen",
  spec: llm.spec.parse({ type: "vllm", model: "m", timeouts: { firstByte: 1_000, idle: 2_000, total: 3_000 } }),
  status: llm.status.parse({ lifecycle: published ? "virtual" : "public", state: "active" }),
  base: published ? undefined : { root: "https://h.example/v1", query: "" },
  line: undefined,
  key: undefined,
  keyHeader: undefined,
  unusable: undefined,
});

describe("whoever failed is named: the provider, or the publisher of a published model", () => {
  test.each([
    ["in the middle", (t: Target) => brokeOff(t, undefined), "failed", "broke off in the middle of its answer."],
    ["before it began", didNotBegin, "timeout", "did not begin to answer within 1 s."],
    ["in a silence", fellSilent, "timeout", "said nothing more within 2 s."],
    ["when it took too long", overdue, "timeout", "did not finish its answer within 3 s."],
  ] as const)("%s", (_, refusal, code, what) => {
    expect(refusal(target(false))).toMatchObject({
      code: `provider_${code}`,
      message: `The provider of LLM qwen ${what}`,
    });
    expect(refusal(target(true))).toMatchObject({
      code: `publisher_${code}`,
      message: `The publisher of LLM qwen ${what}`,
    });
  });
});
