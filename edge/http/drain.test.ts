import { expect, test } from "vitest";
import { drain } from "./drain.ts";

function sending(bytes: number, headers: Record<string, string> = {}, end = true) {
  let taken = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(c) {
        if (taken < bytes) {
          taken += 50_000;
          c.enqueue(new Uint8Array(50_000));
        } else if (end) c.close();
        // Else it stays open, and says nothing more.
        else return new Promise(() => {});
      },
    },
    { highWaterMark: 0 },
  );
  const request = new Request("http://edge/", {
    method: "POST",
    body,
    duplex: "half",
    headers: { "content-length": String(bytes), ...headers },
  } as RequestInit);
  return { request, taken: () => taken };
}

test("what is still on its way is read", async () => {
  const { request, taken } = sending(500_000);
  await drain(request);
  expect(taken()).toBe(500_000);
});

test.each<[string, number, Record<string, string>]>([
  ["a small one", 50_000, {}],
  ["one that is larger than anything", 500_000_000, {}],
  ["one whose client waits to be asked for it", 500_000, { expect: "100-continue" }],
])("%s is not", async (_, bytes, headers) => {
  const { request, taken } = sending(bytes);
  // Node's own fetch does not let a program say `expect`.
  const asked = Object.entries(headers).length
    ? ({
        body: request.body,
        bodyUsed: false,
        headers: new Map([["content-length", String(bytes)], ...Object.entries(headers)]),
      } as unknown as Request)
    : request;
  await drain(asked);
  expect(taken()).toBe(0);
});

test("one that never ends is read for a while only, and one that breaks is nobody's fault", async () => {
  const { request } = sending(100_000, {}, false);
  await drain(request, 20);
  const broken = new ReadableStream({ pull: (c) => c.error(new Error("hung up")) }, { highWaterMark: 0 });
  await drain({ body: broken, bodyUsed: false, headers: new Headers({ "content-length": "100000" }) } as Request);
});
