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
    withFileLock(path, { now: Date.now }, async () => {
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
  await expect(withFileLock(path, { now: Date.now }, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await withFileLock(path, { now: Date.now }, async () => "next")).toBe("next");
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
  await expect(withFileLock(path, { now: hasty }, async () => "mine")).rejects.toThrow(
    "Another mcpctl process has locked",
  );
  const old = Date.now() / 1000 - 31;
  utimesSync(path, old, old);
  expect(await withFileLock(path, { now: Date.now }, async () => "mine")).toBe("mine");
});

test("of many who find what a dead program left, one at a time is inside", async () => {
  const path = join(home, "contested");
  for (let round = 0; round < 10; round++) {
    writeFileSync(path, "1");
    const old = Date.now() / 1000 - 31;
    utimesSync(path, old, old);
    let inside = 0;
    let most = 0;
    const turns = Array.from({ length: 8 }, () =>
      withFileLock(path, { now: Date.now }, async () => {
        most = Math.max(most, ++inside);
        await new Promise((done) => setTimeout(done, 5));
        inside--;
      }),
    );
    await Promise.all(turns);
    expect(most).toBe(1);
  }
  expect(existsSync(`${path}.broken`)).toBe(false);
});

test("who waits for it can be called off, and who has it goes on", async () => {
  const path = join(home, "called-off");
  const stop = new AbortController();
  let end = () => {};
  let begun = false;
  const first = withFileLock(path, { now: Date.now, signal: stop.signal }, async () => {
    begun = true;
    await new Promise<void>((resolve) => {
      end = resolve;
    });
  });
  await expect.poll(() => begun).toBe(true);
  const second = withFileLock(path, { now: Date.now, signal: stop.signal }, async () => "never");
  stop.abort();
  await expect(second).rejects.toThrow("Cancelled.");
  expect(existsSync(path)).toBe(true);
  end();
  await first;
});
