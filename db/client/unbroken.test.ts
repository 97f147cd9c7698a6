import { expect, test } from "vitest";
import { finished, unbroken } from "./unbroken.ts";

const later = () => {
  let end = () => {};
  const work = new Promise<void>((resolve, reject) => {
    end = Math.random() < 0.5 ? resolve : () => reject(new Error("no"));
  });
  return { work, end };
};

test("where nothing is under way nobody waits", async () => {
  await finished(60_000);
});

test("what is under way is waited for, whether it goes well or not", async () => {
  const [a, b] = [later(), later()];
  for (const { work } of [a, b]) unbroken(work).catch(() => undefined);
  let over = false;
  const waiting = finished(60_000).then(() => {
    over = true;
  });
  a.end();
  await new Promise((r) => setTimeout(r, 10));
  expect(over).toBe(false);
  b.end();
  await waiting;
});

test("but not for ever", async () => {
  const stuck = later();
  unbroken(stuck.work).catch(() => undefined);
  await finished(10);
  stuck.end();
  await finished(60_000);
});
