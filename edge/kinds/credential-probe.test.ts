import { expect, test } from "vitest";
import { openai } from "../inference/dialects/openai/index.ts";
import { wordsOf } from "./credential-probe.ts";

test("a refusal is told in the provider's own words", () => {
  expect(wordsOf(openai, '{"error":{"message":"Incorrect API key provided"}}', 401, "sk-1")).toBe(
    "Incorrect API key provided",
  );
  expect(wordsOf(openai, '{"error":"no"}', 403, "sk-1")).toBe("no");
  expect(wordsOf(openai, '{"detail":"Not\\n authenticated"}', 403, "sk-1")).toBe("Not authenticated");
  expect(wordsOf(openai, '[{"error":{"code":400,"message":"API key not valid."}}]', 401, "sk-1")).toBe(
    "API key not valid.",
  );
  expect(wordsOf(openai, '{"detail":[{"loc":["header","authorization"],"msg":"Bad key"}]}', 403, "sk-1")).toBe(
    "header.authorization: Bad key",
  );
  expect(wordsOf(openai, '{"ok":false}', 403, "sk-1")).toBe('{"ok":false}');
  expect(wordsOf(openai, "<h1>Forbidden</h1>", 403, "sk-1")).toBe("<h1>Forbidden</h1>");
  expect(wordsOf(openai, "", 401, "sk-1")).toBe("it answered 401.");
});

test("without the key, should the provider repeat it, and not without an end", () => {
  const key = "sk-live-1234567890";
  expect(wordsOf(openai, `{"error":{"message":"Wrong: ${key}, ${key}"}}`, 401, key)).toBe("Wrong: [key], [key]");
  expect(wordsOf(openai, '{"error":"Wrong: sk-live\\u002d1234567890"}', 401, key)).toBe("Wrong: [key]");
  expect(wordsOf(openai, "x".repeat(5_000), 401, key)).toHaveLength(300);
});
