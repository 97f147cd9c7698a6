import { describe, expect, test } from "vitest";
import { z } from "zod";
import { action, bodyOf, inPath, methodOf, pathBelow } from "./action.ts";

const told = { about: "Do it.", done: "done", changes: "status", may: { role: "edit" }, examples: [] } as const;

describe("an action's description", () => {
  test("says where it is: under its own name, unless it says otherwise", () => {
    const plain = action(told);
    expect([methodOf(plain), pathBelow("restart", plain)]).toEqual(["POST", "/restart"]);
    const below = action({ ...told, at: { method: "DELETE", below: "volumes/:volume" } });
    expect([methodOf(below), pathBelow("detach", below)]).toEqual(["DELETE", "/volumes/:volume"]);
    const itself = action({ ...told, at: { method: "PATCH" } });
    expect([methodOf(itself), pathBelow("rename", itself)]).toEqual(["PATCH", ""]);
  });

  test("can be rehearsed unless it says otherwise", () => {
    expect(action(told).dryRun).toBe(true);
    expect(action({ ...told, dryRun: false }).dryRun).toBe(false);
  });

  test("has as its body what is not in the path", () => {
    const takes = z.strictObject({ volume: z.string(), force: z.boolean().optional() });
    const at = { method: "DELETE", below: "volumes/:volume" } as const;
    expect(bodyOf(action(told))).toBeUndefined();
    expect(Object.keys(bodyOf(action({ ...told, takes }))?.shape ?? {})).toEqual(["volume", "force"]);
    expect(inPath(action({ ...told, at }))).toEqual(["volume"]);
    const body = bodyOf(action({ ...told, takes, at }));
    expect(Object.keys(body?.shape ?? {})).toEqual(["force"]);
    expect(body?.safeParse({ volume: "a" }).success).toBe(false);
    expect(bodyOf(action({ ...told, takes: takes.pick({ volume: true }), at }))).toBeUndefined();
  });
});
