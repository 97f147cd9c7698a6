import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RESULT_LIMIT_BYTES } from "#db/protocol/publisher";
import { CallerRequest, tooMuchWaits } from "./caller-request.ts";

// workerd's own; what differs is how chunks are cut.
beforeEach(() => void vi.stubGlobal("IdentityTransformStream", TransformStream));
afterEach(() => void vi.unstubAllGlobals());

test("an answer is bounded however it comes: whole, or posted piece by piece", async () => {
  const infer = { kind: "infer", taskId: "t", llm: "l", model: "m", path: "/v1/embeddings", headers: {} } as const;
  const asked = new CallerRequest({ ...infer, body: "{}", stream: false });
  asked.begin(200, {});
  void (await asked.answer).body?.cancel();
  const half = new Uint8Array(RESULT_LIMIT_BYTES / 2 + 1);
  await asked.write(half).catch(() => {});
  await expect(asked.write(half)).rejects.toMatchObject({ code: "too_large" });
});

test("what waits is bounded in all and for each model, and one request always fits", () => {
  const mebibyte = 1024 * 1024;
  const waiting = (llm: string, size: number) => ({ llm, size: size * mebibyte });
  const refused = (held: ReturnType<typeof waiting>[], llm: string, size: number) =>
    tooMuchWaits(held, llm, size * mebibyte);
  expect(refused([], "a", 40)).toBe(false);
  expect(refused([waiting("a", 10)], "a", 6)).toBe(false);
  expect(refused([waiting("a", 10)], "a", 7)).toBe(true);
  expect(refused([waiting("a", 16)], "b", 16)).toBe(false);
  expect(refused([waiting("a", 16), waiting("b", 16)], "c", 1)).toBe(true);
});
