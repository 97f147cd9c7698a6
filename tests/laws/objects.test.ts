import { expect, test } from "vitest";
import { verifies } from "../requirements.ts";
import { grep, read, sources, withoutComments } from "./repository.ts";

/** Where the edge's code does something, but for the one file that may. */
const elsewhere = (pattern: RegExp, but: string) =>
  sources("edge")
    .filter((file) => file !== but)
    .flatMap((file) => grep(file, pattern, withoutComments(read(file))));

test(
  verifies("law.objects", "an object's one alarm is set by the kit, so that nothing in it forgets what else is due"),
  () => {
    expect(elsewhere(/\.(get|set|delete)Alarm\(/, "edge/objects/alarm.ts")).toEqual([]);
  },
);

test(verifies("law.objects", "the store is opened in one place, once per isolate"), () => {
  expect(elsewhere(/\bopenStore\(/, "edge/store.ts")).toEqual([]);
});
