import { describe, expect, test } from "vitest";
import { z } from "zod";
import { Refusal } from "#db/protocol/errors";
import { assertPlain, parseJson, parseWith, readBytes, readText, readTextQuickly } from "./body.ts";

const post = (body: BodyInit, init: RequestInit = {}) => new Request("http://edge/", { method: "POST", body, ...init });
const chunked = (...parts: string[]) =>
  post(
    new ReadableStream({
      start(c) {
        for (const p of parts) c.enqueue(new TextEncoder().encode(p));
        c.close();
      },
    }),
    { duplex: "half" } as RequestInit,
  );

const announced = (body: string | Uint8Array<ArrayBuffer>) =>
  post(body, { headers: { "content-length": String(new Blob([body]).size) } });

const bytes = (...values: number[]) => new Uint8Array(values);

describe("reading a body", () => {
  test("announced or not, it comes whole up to the limit", async () => {
    for (const message of [post("hello"), announced("hello"), chunked("he", "llo")]) {
      expect(new TextDecoder().decode(await readBytes(message.clone(), 5))).toBe("hello");
      expect(await readText(message.clone(), 5)).toBe("hello");
      expect(await readTextQuickly(message, 5)).toBe("hello");
    }
    expect(await readBytes(new Request("http://edge/"), 5)).toHaveLength(0);
    expect(await readText(new Request("http://edge/"), 5)).toBe("");
    expect(await readTextQuickly(new Request("http://edge/"), 5)).toBe("");
  });

  test("one byte more is refused, announced or not", async () => {
    for (const read of [readBytes, readText, readTextQuickly]) {
      await expect(read(announced("hello!"), 5)).rejects.toMatchObject({ code: "too_large" });
      await expect(read(chunked("hel", "lo!"), 5)).rejects.toMatchObject({ code: "too_large" });
    }
  });

  test("an announcement that can't be relied on is not", async () => {
    for (const headers of [{ "content-length": "2", "transfer-encoding": "chunked" }, { "content-length": "2x" }])
      await expect(readTextQuickly(post("hello!", { headers }), 5)).rejects.toMatchObject({ code: "too_large" });
  });
});

describe.each([
  ["text", readText],
  ["text read quickly", readTextQuickly],
] as const)("%s", (_, read) => {
  test.each([
    ["a byte of nothing", [0x22, 0xff, 0x22]],
    ["half a character of two", [0x22, 0xc3, 0x22]],
    ["half a character of four", [0x22, 0xf0, 0x9f, 0x22]],
    ["a surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22]],
  ])("that holds %s is refused, announced or not", async (_, values) => {
    for (const message of [announced(bytes(...values)), post(bytes(...values))])
      await expect(read(message, 100)).rejects.toMatchObject({ code: "malformed_json", message: /UTF-8/ });
  });

  test("may hold the sign that stands for what could not be read, and begin with a byte order mark", async () => {
    for (const make of [announced, post]) {
      expect(await read(make("a\ufffdé"), 100)).toBe("a\ufffdé");
      expect(await read(make("\ufeffa"), 100)).toBe("a");
      expect(await read(make("\ufeff\ufffd"), 100)).toBe("\ufffd");
    }
  });
});

test("text that is kept is never altered: a character of four bytes without its last is refused, too", async () => {
  for (const make of [announced, post])
    await expect(readText(make(bytes(0x22, 0xf0, 0x9f, 0x98, 0x22)), 100)).rejects.toMatchObject({
      code: "malformed_json",
    });
});

describe("JSON", () => {
  test("says what is wrong", () => {
    expect(() => parseJson("")).toThrow("empty");
    expect(() => parseJson("{")).toThrow("not valid JSON");
  });

  test("that does not fit says where, for each problem", () => {
    const schema = z.strictObject({ a: z.object({ b: z.number() }), c: z.string() });
    try {
      parseWith(schema, { a: { b: "x" } });
      expect.unreachable();
    } catch (e) {
      expect(e).toMatchObject({ code: "invalid_request", details: { faults: [{ path: "a.b" }, { path: "c" }] } });
    }
  });

  test("a thousand problems are a hundred faults", () => {
    try {
      parseWith(z.array(z.string()), Array(1_000).fill(1));
      expect.unreachable();
    } catch (e) {
      expect((e as Refusal).details.faults).toHaveLength(100);
    }
  });
});

describe("a body that is encoded", () => {
  test("is not taken for one that is not", () => {
    for (const encoding of ["", "identity", " Identity "]) assertPlain(new Headers({ "content-encoding": encoding }));
    for (const encoding of ["gzip", "br", "identity, gzip"])
      expect(() => assertPlain(new Headers({ "content-encoding": encoding })), encoding).toThrow(
        expect.objectContaining({ code: "unsupported_media" }),
      );
  });
});

describe("what is said of a body that does not fit", () => {
  const refusalOf = (schema: z.ZodType, value: unknown): Refusal => {
    try {
      parseWith(schema, value);
    } catch (error) {
      return error as Refusal;
    }
    throw new Error("it fits");
  };

  test("names what is missing, and a near spelling", () => {
    const login = z.strictObject({ email: z.string(), password: z.string() });
    expect(refusalOf(login, { emial: "a" }).details.faults).toEqual([
      expect.objectContaining({ path: "email", message: "is required" }),
      expect.objectContaining({ path: "password", message: "is required" }),
      expect.objectContaining({ path: "emial", message: "unknown field", suggestion: "email" }),
    ]);
  });

  test("never repeats what was given: it may be a password", () => {
    const login = z.strictObject({ password: z.string().max(8), kind: z.enum(["a", "b"]), more: z.array(z.email()) });
    const refusal = refusalOf(login, { password: "hunter2-hunter2", kind: "hunter2", more: ["hunter2"] });
    expect(JSON.stringify([refusal.message, refusal.details])).not.toContain("hunter2");
  });

  test("is about the option of a union that is nearest", () => {
    const question = z.union([
      z.strictObject({ role: z.enum(["view", "run"]), resource: z.string(), name: z.string().optional() }),
      z.strictObject({ role: z.literal("run"), action: z.enum(["logs", "backup"]) }),
    ]);
    expect(refusalOf(question, { role: "run", action: "lgos" }).details.faults).toEqual([
      expect.objectContaining({ path: "action", message: "expected one of logs, backup", suggestion: "logs" }),
    ]);
    expect(refusalOf(z.object({ q: question }), { q: { role: "edit", resource: "llms" } }).details.faults).toEqual([
      expect.objectContaining({ path: "q.role", message: "expected one of view, run" }),
    ]);
  });
});

test("a compressed answer is bounded by what it holds, not by what it announces", async () => {
  for (const encoding of ["gzip", "br", "deflate"]) {
    const answer = () =>
      new Response("x".repeat(5_000), { headers: { "content-length": "20", "content-encoding": encoding } });
    await expect(readBytes(answer(), 1_000), encoding).rejects.toMatchObject({ code: "too_large" });
    expect((await readBytes(answer(), 5_000)).byteLength, encoding).toBe(5_000);
  }
});

test("what is too long is refused in the words of who reads it", async () => {
  const own = () => new Refusal("provider_failed", "Too long.");
  for (const headers of [{ "content-length": "9" }, {}])
    await expect(readBytes(new Response("123456789", { headers }), 8, own)).rejects.toMatchObject({
      code: "provider_failed",
    });
});
