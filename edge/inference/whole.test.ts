import { expect, test } from "vitest";
import { takenWhole, WHOLE_BYTES } from "./whole.ts";

const answer = (headers: Record<string, string>) => new Response("{}", { headers });
const json = "application/json";

test("an answer that says that it is short is taken whole, JSON as text", async () => {
  expect(await takenWhole(answer({ "content-length": "2" }), json)).toBe("{}");
  expect(await takenWhole(answer({ "content-length": "2" }), "audio/mpeg")).toBeInstanceOf(ArrayBuffer);
});

test("an answer that may be long is not taken whole: without a length, too long, a stream, or compressed", () => {
  expect(takenWhole(answer({}), json)).toBeUndefined();
  expect(takenWhole(answer({ "content-length": String(WHOLE_BYTES + 1) }), json)).toBeUndefined();
  expect(takenWhole(answer({ "content-length": "2" }), "text/event-stream")).toBeUndefined();
  for (const encoding of ["gzip", "br"])
    expect(takenWhole(answer({ "content-length": "2", "content-encoding": encoding }), json)).toBeUndefined();
});
