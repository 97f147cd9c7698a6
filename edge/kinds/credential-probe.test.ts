import { expect, test } from "vitest";
import { wordsOf } from "./credential-probe.ts";

test("a refusal is told in the provider's own words", () => {
  expect(wordsOf('{"error":{"message":"Incorrect API key provided"}}', 401, "sk-1")).toBe("Incorrect API key provided");
  expect(wordsOf('{"error":"no"}', 403, "sk-1")).toBe("no");
  expect(wordsOf('{"detail":"Not\\n authenticated"}', 403, "sk-1")).toBe("Not authenticated");
  expect(wordsOf("<h1>Forbidden</h1>", 403, "sk-1")).toBe("<h1>Forbidden</h1>");
  expect(wordsOf("", 401, "sk-1")).toBe("it answered 401.");
});

test("without the key, should the provider repeat it, and not without an end", () => {
  const key = "sk-live-1234567890";
  expect(wordsOf(`{"error":{"message":"Wrong: ${key}, ${key}"}}`, 401, key)).toBe("Wrong: [key], [key]");
  expect(wordsOf("x".repeat(5_000), 401, key)).toHaveLength(300);
});
