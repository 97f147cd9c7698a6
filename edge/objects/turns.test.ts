import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

test("work never overlaps, keeps its order, and goes on after a failure", async () => {
  const turns = new Turns();
  const said: string[] = [];
  const work = (name: string, fails = false) =>
    turns.take(async () => {
      said.push(`${name} begins`);
      await Promise.resolve();
      said.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const all = [work("a"), work("b", true), work("c")];
  await turns.done();
  expect(said).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  expect((await Promise.allSettled(all)).map((r) => r.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});
