import { describe, expect, test } from "vitest";
import { ResponseReader } from "./response-reader.ts";

function read(wire: string, step: number): { answers: { status: number; body: string }[]; closing: boolean } {
  const answers: { status: number; body: string }[] = [];
  let current = { status: 0, body: "" };
  const reader = new ResponseReader({
    head: (status) => {
      current = { status, body: "" };
    },
    body: (bytes) => {
      current.body += bytes.toString("latin1");
    },
    end: () => answers.push(current),
  });
  const bytes = Buffer.from(wire, "latin1");
  for (let at = 0; at < bytes.length; at += step) reader.feed(bytes.subarray(at, at + step));
  reader.close();
  return { answers, closing: reader.closing };
}

const sized = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n";
const empty = "HTTP/1.1 429 Too Many\r\ncontent-length: 0\r\n\r\n";

describe("answers", () => {
  test.each([1, 2, 3, 7, 1000])("are told apart when cut every %i bytes", (step) => {
    expect(read(sized + chunked + empty + chunked + sized, step).answers).toEqual([
      { status: 200, body: "hello" },
      { status: 200, body: "abc0123456789" },
      { status: 429, body: "" },
      { status: 200, body: "abc0123456789" },
      { status: 200, body: "hello" },
    ]);
  });

  test("without a length end with the connection", () => {
    const { answers, closing } = read("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nall of it", 4);
    expect(answers).toEqual([{ status: 200, body: "all of it" }]);
    expect(closing).toBe(true);
  });

  test("that are cut do not end", () => {
    expect(read(chunked.slice(0, -5), 6).answers).toEqual([]);
  });

  test("that are none are refused", () => {
    expect(() => read("SSH-2.0-x\r\n\r\n", 50)).toThrow(/HTTP/);
    expect(() => read("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", 50)).toThrow(/size of a chunk/);
  });
});
