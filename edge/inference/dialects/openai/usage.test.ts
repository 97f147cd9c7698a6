import { describe, expect, test } from "vitest";
import { unknownUsage } from "../dialect.ts";
import { usageIn } from "./usage.ts";

describe("usageIn", () => {
  test("a whole answer", () => {
    const usage = {
      prompt_tokens: 9,
      completion_tokens: 12,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 7 },
    };
    expect(usageIn(JSON.stringify({ choices: [], usage }, null, 2))).toEqual({
      tokensIn: 9,
      tokensOut: 12,
      tokensCached: 4,
      tokensReasoning: 7,
    });
  });

  test("the last chunk of a stream, after nulls", () => {
    const sse =
      'data: {"choices":[{}],"usage":null}\n\ndata: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":5}}\n\ndata: [DONE]\n\n';
    expect(usageIn(sse)).toEqual({ tokensIn: 3, tokensOut: 5, tokensCached: null, tokensReasoning: null });
  });

  test("the first chunk of a stream, before nulls", () => {
    const nulls = 'data: {"choices":[{}],"usage":null}\n\n'.repeat(300);
    expect(usageIn(`data: {"usage":{"prompt_tokens":3}}\n\n${nulls}`).tokensIn).toBe(3);
  });

  test("objects without an end are not looked into for ever", () => {
    const before = performance.now();
    expect(usageIn(`{"usage":{"prompt_tokens":1}}${'"usage":{'.repeat(7_000)}`)).toEqual(unknownUsage);
    expect(performance.now() - before).toBeLessThan(500);
  });

  test("running counts: the last wins", () => {
    const chunk = (n: number) => `data: {"usage":{"prompt_tokens":3,"completion_tokens":${n}}}\n\n`;
    expect(usageIn(chunk(1) + chunk(2)).tokensOut).toBe(2);
  });

  test("deepseek's and responses' spellings", () => {
    expect(usageIn('{"usage":{"prompt_tokens":1,"prompt_cache_hit_tokens":1}}').tokensCached).toBe(1);
    expect(usageIn('{"usage":{"input_tokens":2,"output_tokens":3}}')).toMatchObject({ tokensIn: 2, tokensOut: 3 });
  });

  test("a model that writes about usage is not believed", () => {
    const content = 'say {"usage":{"prompt_tokens":999}}';
    const answer = JSON.stringify({ usage: { prompt_tokens: 1 }, choices: [{ message: { content } }] });
    expect(usageIn(answer).tokensIn).toBe(1);
  });

  test.each([
    "",
    "not json",
    '{"usage":{"prompt_tokens":',
    '{"usage":{"prompt_tokens":-1}}',
    '{"usage":{"prompt_tokens":"9"}}',
    '{"usage":{"prompt_tokens":1e99}}',
    '{"usage":[]}',
  ])("%s says nothing", (text) => {
    expect(usageIn(text)).toEqual(unknownUsage);
  });
});
