import { expect, test } from "vitest";
import { each } from "./each.ts";

test("works on all, and never on more at once than it may", async () => {
  const done: number[] = [];
  let [now, most] = [0, 0];
  await each(new Set([1, 2, 3, 4, 5, 6, 7]), 3, async (n) => {
    most = Math.max(most, ++now);
    await new Promise((r) => setTimeout(r, 1));
    now--;
    done.push(n);
  });
  expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
  await each([], 3, () => Promise.reject(new Error("nothing to do")));
});

test("fails with the first that fails", async () => {
  const work = (n: number) => (n === 2 ? Promise.reject(new Error("two")) : Promise.resolve());
  await expect(each([1, 2, 3], 2, work)).rejects.toThrow("two");
});
