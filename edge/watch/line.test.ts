import fc from "fast-check";
import { expect, test } from "vitest";
import { Ending } from "./ending.ts";
import { type Line, Lines, nothing, writeLine } from "./line.ts";

const line = (upto: string): Line => ({ changes: [], upto, whole: true });

test("lines arrive whole, however the bytes were cut", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: "grapheme" })), fc.array(fc.nat(40)), async (texts, cuts) => {
      const all = [...texts.flatMap((t) => [...writeLine(line(t)), ...nothing])];
      const stream = new ReadableStream<Uint8Array>({
        start(c) {
          let at = 0;
          for (const cut of [...cuts, all.length]) {
            c.enqueue(Uint8Array.from(all.slice(at, at + cut)));
            at += cut;
          }
          c.close();
        },
      });
      const lines = new Lines(stream);
      for (const t of texts) expect(await lines.next()).toEqual(line(t));
      expect(await lines.next()).toBeUndefined();
    }),
  );
});

test("an end reaches whoever waits, and whoever comes later; what is done is done", async () => {
  const ending = new Ending();
  expect(await ending.or(Promise.resolve(1))).toBe(1);
  await expect(ending.or(Promise.reject(new Error("own")))).rejects.toThrow("own");
  const waiting = ending.or(new Promise(() => {}));
  ending.reach(new Error("over"));
  ending.reach(new Error("again"));
  await expect(waiting).rejects.toThrow("over");
  await expect(ending.or(Promise.resolve(1))).rejects.toThrow("over");
  expect(ending.reached).toBe(true);
});
