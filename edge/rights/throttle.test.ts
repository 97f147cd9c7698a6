import { expect, test } from "vitest";
import { attempt, type Bucket, fullAgainMs, type Policy, refund } from "./throttle.ts";

const policy: Policy = { burst: 3, refillMs: 1_000 };

/** The moments at which attempts are refused, and for how long. */
function refusals(moments: readonly number[]): [at: number, retryAfterMs: number][] {
  let bucket: Bucket | undefined;
  const refused: [number, number][] = [];
  for (const at of moments) {
    const result = attempt(bucket, policy, at);
    if (result.allowed) bucket = result.bucket;
    else refused.push([at, result.retryAfterMs]);
  }
  return refused;
}

test("a burst passes, and the next is told how long to wait", () => {
  expect(refusals([0, 0, 0, 0, 400])).toEqual([
    [0, 1_000],
    [400, 600],
  ]);
});

test("waiting as told is enough", () => {
  expect(refusals([0, 0, 0, 1_000])).toEqual([]);
});

test("being refused costs nothing, so hammering does not lock out for ever", () => {
  expect(refusals([0, 0, 0, 1, 2, 3, 1_000]).map(([at]) => at)).toEqual([1, 2, 3]);
});

test("a bucket never holds more than a burst", () => {
  expect(refusals([0, 1_000_000, 1_000_000, 1_000_000, 1_000_000])).toEqual([[1_000_000, 1_000]]);
});

test("a clock that goes back gives nothing", () => {
  expect(refusals([5_000, 5_000, 5_000, 0]).length).toBe(1);
});

test("when a bucket is full again it is as good as none", () => {
  const empty: Bucket = { left: 0, at: 0 };
  const later = fullAgainMs(policy);
  expect(attempt(empty, policy, later)).toEqual(attempt(undefined, policy, later));
});

test("an attempt that was no guess is given back, and never more than there were", () => {
  expect(refund({ left: 1.5, at: 7 }, policy, 1)).toEqual({ left: 2.5, at: 7 });
  expect(refund({ left: 2.5, at: 7 }, policy, 1)).toEqual({ left: 3, at: 7 });
});
