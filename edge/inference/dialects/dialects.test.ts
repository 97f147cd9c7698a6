import { describe, expect, test } from "vitest";
import { type ProviderType, providers } from "#db/kinds/parts/providers";
import { baseUrl } from "#db/protocol/base-url";
import { Refusal } from "#db/protocol/errors";
import { openai as surface } from "../../http/surfaces/openai.ts";
import { unknownUsage } from "./dialect.ts";
import { dialectOf, dialects } from "./index.ts";
import { openai } from "./openai/index.ts";

test.each(Object.keys(providers) as ProviderType[])(
  "%s is asked in the dialect that the table of providers says",
  (type) => {
    expect(dialectOf(type)).toBe(dialects[providers[type].dialect]);
  },
);

const base = baseUrl("https://models.example.com/v1?tenant=a");
const errorOf = (body: string): unknown => JSON.parse(body).error;

describe.each(Object.entries(dialects))("the dialect %s", (_, dialect) => {
  test("asks below the base URL, and probes where chats go too", () => {
    for (const url of [dialect.endpoint(base, "/v1/chat/completions"), dialect.probe(base).url]) {
      expect(url).toMatch(/^https:\/\/models\.example\.com\/v1\/.*\?tenant=a$/);
    }
  });

  test("sends the key in a header, and lets no credential of the client through", () => {
    const [name, value] = dialect.keyHeader("openai", "sk-1");
    expect(name).toMatch(/^[-a-z]+$/);
    expect(value).toContain("sk-1");
    for (const one of dialect.forwarded) {
      expect(one).toMatch(/^[-a-z]+$/);
      expect(one).not.toMatch(
        /authorization|cookie|api-?key|forwarded|host|organi[sz]ation|project|user-agent|content-/,
      );
    }
  });

  test("makes of plain words an error that it reads again", () => {
    const { message, body } = dialect.plainWords("Too many tokens.", 400);
    expect(message).toBe("Too many tokens.");
    expect(dialect.words(body, 400)).toEqual({ message, body });
    expect(dialect.words("<h1>Bad gateway</h1>", 502)).toBeUndefined();
  });

  test("knows nothing of an answer that says nothing", () => {
    expect(dialect.usage("")).toEqual(unknownUsage);
    expect(dialect.ending("", { choices: 1, truncated: false })).toEqual({ whole: false, failed: false });
    expect(dialect.saysDone("", false)).toBe(false);
  });
});

describe("openai", () => {
  test.each([
    ["/v1/chat/completions", true],
    ["/v1/completions", true],
    ["/v1/audio/speech", false],
    ["/v1/images/generations", false],
  ])("a stream of %s must say its end: %s", (path, must) => {
    expect(openai.terminates(path)).toBe(must);
  });

  test("a stream that the edge ended with an event is not read as whole because of it, but as failed", () => {
    const refusal = new Refusal("provider_failed", "It broke off.");
    const tail = `data: {"choices":[{"index":0,"delta":{}}]}\n\n${surface.event?.(refusal)}`;
    expect(openai.ending(tail, { choices: 1, truncated: false })).toEqual({ whole: true, failed: true });
    expect(openai.saysDone(tail, false)).toBe(false);
  });

  test("an error of the provider's goes on as it is where its clients can read it", () => {
    const body = '{ "error": {"message": "No.", "code": 7, "more": [1]} }';
    expect(openai.words(body, 400)).toEqual({ message: "No.", body });
    expect(errorOf(openai.words('{"detail":"No."}', 400)?.body ?? "")).toMatchObject({ message: "No." });
  });
});
