import { expect, test } from "vitest";
import type { Bucket } from "../throttle.ts";
import { FRESH_MS, isFresh, perSurprise, STALE_MS, standIn, surprised } from "./kept.ts";

const kept = { value: "keys", at: 1_000 };

test("is used while it is fresh, and longer only where it can't be read again", () => {
  expect(isFresh(undefined, 0)).toBe(false);
  expect(isFresh(kept, 1_000 + FRESH_MS - 1)).toBe(true);
  expect(isFresh(kept, 1_000 + FRESH_MS)).toBe(false);
  expect(standIn(kept, 1_000 + STALE_MS - 1)).toBe("keys");
  expect(standIn(kept, 1_000 + STALE_MS)).toBeUndefined();
  expect(standIn(undefined, 0)).toBeUndefined();
});

test("a surprise makes it be read again, many surprises only now and then", () => {
  let bucket: Bucket | undefined;
  const answers = Array.from({ length: 10 }, () => {
    const answer = surprised(bucket, 0);
    bucket = answer.bucket;
    return answer.again;
  });
  expect(answers.filter(Boolean)).toHaveLength(perSurprise.burst);
  expect(surprised(bucket, perSurprise.refillMs - 1).again).toBe(false);
  expect(surprised(bucket, perSurprise.refillMs).again).toBe(true);
});
