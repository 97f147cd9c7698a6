import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { withFileLock } from "./file-lock.ts";

const home = mkdtempSync(join(tmpdir(), "mcpctl-lock-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test("one at a time, and each gets a turn", async () => {
  const path = join(home, "turns");
  let inside = 0;
  let most = 0;
  const turns = Array.from({ length: 8 }, (_, i) =>
    withFileLock(path, Date.now, async () => {
      most = Math.max(most, ++inside);
      await new Promise((done) => setImmediate(done));
      inside--;
      return i;
    }),
  );
  expect((await Promise.all(turns)).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(1);
  expect(existsSync(path)).toBe(false);
});

test("work that fails gives the lock back", async () => {
  const path = join(home, "fails");
  await expect(withFileLock(path, Date.now, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await withFileLock(path, Date.now, async () => "next")).toBe("next");
});

test("what a dead program left is taken after half a minute, and not before", async () => {
  const path = join(home, "dead");
  writeFileSync(path, "1");
  let now = 0;
  // A clock that a minute passes on at every look: the wait ends without waiting.
  const hasty = () => {
    now += 60_000;
    return now;
  };
  await expect(withFileLock(path, hasty, async () => "mine")).rejects.toThrow("is held by another mcpctl");
  const old = Date.now() / 1000 - 31;
  utimesSync(path, old, old);
  expect(await withFileLock(path, Date.now, async () => "mine")).toBe("mine");
});
