import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { covers, isOutdated, parseSnapshot, type Snapshot, sees } from "./snapshot.ts";

const read = (text: string): Snapshot => {
  const snapshot = parseSnapshot(text);
  if (!snapshot) throw new Error(`no snapshot: ${text}`);
  return snapshot;
};

describe("a snapshot", () => {
  test("is what PostgreSQL writes, and nothing that it would refuse", () => {
    expect(read("10:20:12,14")).toEqual({ xmin: 10n, xmax: 20n, running: [12n, 14n] });
    expect(read("10:10:")).toEqual({ xmin: 10n, xmax: 10n, running: [] });
    for (const text of ["", "1", "10:9:", "0:5:", "10:20:9", "10:20:20", "10:20:14,12", "10:20:12,", "-1:2:", "1:2:x"])
      expect(parseSnapshot(text), text).toBeUndefined();
    expect(parseSnapshot(`1:${"9".repeat(19)}:`)).toBeUndefined();
  });

  test("sees what had ended", () => {
    const s = read("10:20:12,14");
    expect([9n, 10n, 12n, 13n, 14n, 19n, 20n].filter((xid) => sees(s, xid))).toEqual([9n, 10n, 13n, 19n]);
  });

  test("of two that follow each other the later one covers the earlier one, and only it where something ended between", () => {
    // A store's life: transactions begin and end, and now and then somebody looks.
    const step = fc.oneof(
      fc.constant("begin" as const),
      fc.nat(5).map((n) => ({ end: n })),
      fc.constant("look" as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let next = 5n;
        let running: bigint[] = [];
        const looks: Snapshot[] = [];
        for (const s of steps) {
          if (s === "begin") running.push(next++);
          else if (s === "look") looks.push({ xmin: running[0] ?? next, xmax: next, running: [...running] });
          else running = running.filter((_, i) => i !== s.end);
        }
        for (const [i, earlier] of looks.entries())
          for (const later of looks.slice(i)) {
            expect(covers(later, earlier)).toBe(true);
            const between = Array.from({ length: Number(next) }, (_, x) => BigInt(x)).some(
              (xid) => sees(later, xid) && !sees(earlier, xid),
            );
            expect(covers(earlier, later)).toBe(!between && earlier.xmax >= later.xmax);
          }
      }),
    );
  });
});

describe("a position is outdated", () => {
  const now = read("100:110:105");
  test.each([
    ["nothing was forgotten", "50:50:", undefined, false],
    ["only what it has seen was forgotten", "50:60:55", 49n, false],
    ["something that it has not seen was forgotten", "50:60:55", 60n, true],
    ["what was under way then has ended and may be among it", "50:60:55", 58n, true],
    ["what was under way then still is", "100:108:105", 107n, false],
    ["what was forgotten is older than all that was under way", "50:60:55", 54n, false],
    ["it comes from another store", "100:111:", undefined, true],
  ])("where %s: %s, floor %s", (_, seen, floor, outdated) => {
    expect(isOutdated(read(seen), floor, now)).toBe(outdated);
  });
});
