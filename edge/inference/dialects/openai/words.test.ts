import { expect, test } from "vitest";
import { plainWords, wordsIn } from "./words.ts";

const errorIn = (text: string, status = 400) => JSON.parse(wordsIn(text, status)?.body ?? "null")?.error;

test("OpenAI's own shape is not touched at all", () => {
  const text = '{"error": {"message": "Slow down.", "big": 12345678901234567890}}';
  expect(wordsIn(text, 429)).toEqual({ message: "Slow down.", body: text });
});

test.each([
  ["Ollama and TGI", '{"error":"model not found"}', "model not found"],
  ["a bare message", '{"message":"no such model","code":7}', "no such model"],
  ["FastAPI, in words", '{"detail":"Not Found"}', "Not Found"],
  [
    "FastAPI, field by field",
    '{"detail":[{"loc":["body","messages"],"msg":"Field required"},{"msg":"and more"},"x",{}]}',
    "body.messages: Field required; and more; x",
  ],
  ["Google's list of one", '[{"error":{"code":400,"message":"Bad.","status":"INVALID_ARGUMENT"}}]', "Bad."],
  ["nothing that is known", '{"fault":{"faultstring":"x"}}', '{"fault":{"faultstring":"x"}}'],
  ["an error without a message", '{"error":{"code":"E1"}}', '{"error":{"code":"E1"}}'],
])("%s becomes a message that SDKs show", (_, text, message) => {
  expect(errorIn(text)).toMatchObject({ message, type: "invalid_request_error", provider: JSON.parse(text) });
});

test("type and code are the provider's where it has them, else follow from the status", () => {
  expect(errorIn('[{"error":{"message":"m","type":"t","code":"c","param":"p"}}]')).toMatchObject({
    type: "t",
    code: "c",
    param: "p",
  });
  expect(errorIn('{"detail":"x"}', 429).type).toBe("rate_limit_exceeded");
  expect(errorIn('{"detail":"x"}', 503)).toMatchObject({ type: "server_error", code: null, param: null });
});

test.each(["", "busy", '"busy"', "7", "null", "{"])("%s is no error in JSON", (text) => {
  expect(wordsIn(text, 500)).toBeUndefined();
});

test("plain words, as long as people read", () => {
  expect(JSON.parse(plainWords("Too many tokens.", 400).body)).toEqual({
    error: { message: "Too many tokens.", type: "invalid_request_error", code: null, param: null },
  });
  expect(plainWords("x".repeat(499) + "🦊".repeat(9), 400).message).toHaveLength(500);
});
