import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { codeOf, reasonOf } from "./reason.ts";

const thrown = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

test("what fetch hides in its causes is found, with one address or several", async () => {
  const port = await closedPort();
  for (const host of ["127.0.0.1", "localhost"]) {
    const error = await thrown(fetch(`http://${host}:${port}`));
    expect([codeOf(error), reasonOf(error)]).toEqual(["ECONNREFUSED", "nothing listens there"]);
  }
});

test("a file, a directory and a time that is up have words of their own", async () => {
  expect(reasonOf(await thrown(readFile("/nowhere/at/all")))).toBe("there is no such file");
  expect(reasonOf(await thrown(readFile("/")))).toBe("it is a directory");
  const late = new Promise((_, reject) => {
    const signal = AbortSignal.timeout(1);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  expect(reasonOf(await thrown(late))).toBe("no answer in time");
});

test("what has no words here keeps its own", () => {
  const odd = Object.assign(new Error("EMFILE: too many open files"), { code: "EMFILE" });
  expect(reasonOf(new TypeError("fetch failed", { cause: odd }))).toBe("EMFILE: too many open files");
  expect(reasonOf("a string")).toBe("a string");
  expect(codeOf("a string")).toBeUndefined();
});
