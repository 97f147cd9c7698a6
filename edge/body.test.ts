import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Refusal } from "#db/protocol/errors";
import { assertPlain, parseJson, parseWith, readBounded } from "./body.ts";

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

describe("reading a body", () => {
  test("announced or not, it comes whole up to the limit", async () => {
    expect(new TextDecoder().decode(await readBounded(post("hello"), 5))).toBe("hello");
    expect(new TextDecoder().decode(await readBounded(chunked("he", "llo"), 5))).toBe("hello");
    expect(await readBounded(new Request("http://edge/"), 5)).toHaveLength(0);
  });

  test("one byte more is refused, announced or not", async () => {
    const announced = post("hello!", { headers: { "content-length": "6" } });
    await expect(readBounded(announced, 5)).rejects.toMatchObject({ code: "too_large" });
    await expect(readBounded(chunked("hel", "lo!"), 5)).rejects.toMatchObject({ code: "too_large" });
  });

  test("an announcement that can't be relied on is not", async () => {
    for (const headers of [{ "content-length": "2", "transfer-encoding": "chunked" }, { "content-length": "2x" }])
      await expect(readBounded(post("hello!", { headers }), 5)).rejects.toMatchObject({ code: "too_large" });
  });
});

test("a compressed body is named as such", () => {
  for (const plain of [{}, { "content-encoding": "identity" }, { "content-encoding": " Identity " }])
    expect(() => assertPlain(new Headers(plain))).not.toThrow();
  for (const coding of ["gzip", "zstd", "identity, br"])
    expect(() => assertPlain(new Headers({ "content-encoding": coding }))).toThrow(`compressed (${coding})`);
});

describe("JSON", () => {
  const bytes = (s: string) => new TextEncoder().encode(s);
  test("says what is wrong", () => {
    expect(() => parseJson(bytes(""))).toThrow("empty");
    expect(() => parseJson(bytes("{"))).toThrow("not valid JSON");
    expect(() => parseJson(new Uint8Array([0x22, 0xff, 0x22]))).toThrow("UTF-8");
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
