import { describe, expect, test } from "vitest";
import { llm } from "#db/kinds/llm";
import { dialectOf } from "./dialects/index.ts";
import { lineTo } from "./providers/line.ts";
import { brokeOff, didNotBegin, fellSilent, overdue } from "./refusals.ts";
import type { Target } from "./target.ts";

const target = (published: boolean): Target => {
  const llmOf = {
    id: "1",
    name: "qwen",
    spec: llm.spec.parse({ type: "vllm", model: "m", timeouts: { firstByte: 1_000, idle: 2_000, total: 3_000 } }),
    status: llm.status.parse({ lifecycle: published ? "virtual" : "public", state: "active" }),
    dialect: dialectOf("vllm"),
  };
  if (published) return { is: "publisher", ...llmOf, session: "s1" };
  const base = { root: "https://h.example/v1", query: "" };
  return { is: "provider", ...llmOf, base, line: lineTo(base.root), key: undefined, keyHeader: undefined };
};

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
