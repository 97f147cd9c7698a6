import { describe, expect, test } from "vitest";
import { eventOf, type Watched } from "./events.ts";
import type { Logged } from "./log.ts";

const everything: Watched = {
  kind: "llm",
  visible: "all",
  labels: [],
  fields: [],
  namePrefix: undefined,
  scopeId: undefined,
};
const red: Watched = { ...everything, labels: [{ key: "team", is: "in", values: ["red"] }] };
const change = (more: Partial<Logged>): Logged => ({
  seq: 1,
  xid: "5",
  verb: "changed",
  id: "i",
  name: "gpt",
  scopeId: null,
  labels: {},
  spec: { type: "openai", model: "m" },
  status: { lifecycle: "public", state: "active" },
  applied: [],
  revision: 7,
  createdAt: "2026-01-01T00:00:00+00:00",
  updatedAt: "2026-01-02T00:00:00+00:00",
  was: {},
  ...more,
});
const told = (watched: Watched, more: Partial<Logged>) => eventOf(watched, change(more), 0);
const team = (value: string) => ({ team: value });

describe("a change is to a watcher", () => {
  test("what happened, where everything is watched", () => {
    expect(told(everything, { verb: "created" })?.type).toBe("ADDED");
    expect(told(everything, {})?.type).toBe("MODIFIED");
    expect(told(everything, { verb: "deleted" })).toMatchObject({ type: "DELETED", object: { resourceVersion: "7" } });
  });

  test("new where it begins to match, gone where it ends, with the state that matched last", () => {
    expect(told(red, { labels: team("red"), was: { labels: team("blue") } })?.type).toBe("ADDED");
    expect(told(red, { labels: team("red"), was: { spec: {} } })?.type).toBe("MODIFIED");
    expect(told(red, { labels: team("blue"), was: { labels: team("red") } })).toMatchObject({
      type: "DELETED",
      object: { labels: team("red"), resourceVersion: "7" },
    });
    expect(told(red, { labels: team("blue"), was: { labels: {} } })).toBeUndefined();
    expect(told(red, { verb: "deleted", labels: team("red") })?.type).toBe("DELETED");
    expect(told(red, { verb: "deleted", labels: team("blue") })).toBeUndefined();
  });

  test("nothing where the caller may not see its name, or it belongs to another parent", () => {
    expect(told({ ...everything, visible: new Set(["other"]) }, {})).toBeUndefined();
    expect(told({ ...everything, visible: new Set(["gpt"]) }, {})?.type).toBe("MODIFIED");
    expect(told({ ...everything, scopeId: "p" }, { scopeId: "q" })).toBeUndefined();
  });

  test("the resource as the API shows it, and nothing of the log", () => {
    const object = told(everything, {})?.object ?? {};
    expect(Object.keys(object).sort()).toEqual(
      [
        "applied",
        "createdAt",
        "id",
        "kind",
        "labels",
        "model",
        "name",
        "resourceVersion",
        "status",
        "tier",
        "timeouts",
        "type",
        "updatedAt",
      ].sort(),
    );
  });
});
