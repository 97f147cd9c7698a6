import { describe, expect, test } from "vitest";
import type { Refusal } from "#db/protocol/errors";
import type { Caller, Grants } from "../identity/principal.ts";
import { added, assertHeld, type Definition } from "./escalation.ts";

const ann = { kind: "User", name: "ann" };
const bob = { kind: "User", name: "bob" };
const view: Grants["bindings"][number] = { role: "view", resource: "llms" };
const run: Grants["bindings"][number] = { role: "run", resource: "llms" };
const definition = (subjects: Definition["subjects"], bindings: Grants["bindings"]): Definition => ({
  subjects,
  bindings,
  operations: [{ action: "logs" }],
});

describe("what a new version gives that the old one did not", () => {
  test("all of it, when it is new", () => {
    expect(added(undefined, definition([ann], [view]))).toEqual({ bindings: [view], operations: ["logs"] });
  });

  test("nothing, when it is unchanged or gives less to fewer", () => {
    const before = definition([ann, bob], [view, run]);
    expect(added(before, before)).toEqual({ bindings: [], operations: [] });
    expect(added(before, definition([ann], [view]))).toEqual({ bindings: [], operations: [] });
  });

  test("a binding that was not there", () => {
    expect(added(definition([ann], [view]), definition([ann], [view, run]))).toEqual({
      bindings: [run],
      operations: [],
    });
  });

  test("all of it, when somebody new gets it", () => {
    expect(added(definition([ann], [view]), definition([ann, bob], [view]))).toEqual({
      bindings: [view],
      operations: ["logs"],
    });
  });

  test("nothing, as long as nobody gets it", () => {
    expect(added(undefined, definition([], [view, run]))).toEqual({ bindings: [], operations: [] });
  });
});

describe("giving", () => {
  const caller = (...bindings: Grants["bindings"]): Caller => ({
    principal: { kind: "User", id: "u", name: "u" },
    grants: { bindings, operations: [] },
  });
  const attempt = (who: Caller, given: Grants): Refusal | undefined => {
    try {
      assertHeld(who.grants, given, "This");
    } catch (error) {
      return error as Refusal;
    }
  };

  test("what one has", () => {
    expect(attempt(caller({ role: "edit", resource: "llms" }), { bindings: [view], operations: [] })).toBeUndefined();
  });

  test("what one lacks is refused by its name", () => {
    const refusal = attempt(caller({ role: "edit", resource: "*" }), { bindings: [view, run], operations: [] });
    expect(refusal).toMatchObject({ code: "not_allowed", details: { permission: "run:llms" } });
  });

  test("an operation one lacks is refused too", () => {
    expect(attempt(caller({ role: "edit", resource: "*" }), { bindings: [], operations: ["restore"] })).toMatchObject({
      details: { permission: "run:restore" },
    });
  });

  test("an administrator may, also operations that came with an upgrade", () => {
    const admin = caller({ role: "edit", resource: "*" }, { role: "run", resource: "*" });
    expect(attempt(admin, { bindings: [run], operations: ["restore"] })).toBeUndefined();
  });
});
