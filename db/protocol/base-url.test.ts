import { expect, test } from "vitest";
import { withoutV1 } from "./base-url.ts";

test("a base URL is the same with and without /v1, slashes and a path of OpenAI's", () => {
  for (const end of [
    "",
    "/",
    "/v1",
    "//v1//",
    "/v1/chat/completions",
    "/v1/chat/completions/",
    "/v1/models",
    "/v1/embeddings",
  ])
    expect(withoutV1(`http://h:1${end}`)).toBe("http://h:1");
  expect(withoutV1("/openai/v1/chat/completions")).toBe("/openai");
});

test("another path stays", () => {
  for (const url of ["http://h:1/v1beta", "http://h:1/xv1", "http://h:1/models", "http://h:1/chat/completions"])
    expect(withoutV1(url)).toBe(url);
  expect(withoutV1("http://h:1/v1/v1")).toBe("http://h:1/v1");
});
