import { expect, test } from "vitest";
import { verifies } from "../requirements.ts";
import { specifiersOf, targetOf } from "./imports.ts";
import { read, sources } from "./repository.ts";
import { roomOf, rooms, strays } from "./rooms.ts";

const imports = sources("edge").flatMap((file) =>
  specifiersOf(read(file)).flatMap((s) => {
    const target = targetOf(file, s);
    return target === undefined ? [] : [{ file, target }];
  }),
);

test("the check of rooms sees one that imports too much, and one that is not listed", () => {
  expect(strays("edge/objects/alarm.ts", "edge/http/call.ts")).toContain("edge/objects is not said to need edge/http");
  expect(strays("edge/attic/box.ts", "edge/http/call.ts")).toContain("edge/attic");
  expect(strays("edge/login/sessions.ts", "edge/store.ts")).toBeUndefined();
  expect(strays("edge/app.ts", "edge/chat/threads.ts")).toBeUndefined();
  expect(strays("edge/login/sessions.ts", "db/protocol/errors.ts")).toBeUndefined();
});

test(verifies("law.rooms", "a room of the edge imports only from those that the table allows"), () => {
  expect(imports.flatMap(({ file, target }) => strays(file, target) ?? [])).toEqual([]);
});

test("the table of rooms allows no import that is not needed", () => {
  const needed = (from: string, to: string) =>
    imports.some(({ file, target }) => roomOf(file) === from && roomOf(target) === to);
  const idle = Object.entries(rooms).flatMap(([from, may]) =>
    may.filter((to) => !needed(from, to)).map((to) => [from, to]),
  );
  expect(idle).toEqual([]);
});
