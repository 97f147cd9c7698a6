import { expect, test } from "vitest";
import { parsePath, valueAt, withoutAt, withValue } from "./document-path.ts";

test.each([
  ["tier", ["tier"]],
  ["timeouts.idle", ["timeouts", "idle"]],
  ["env[0].valueFrom.secretRef", ["env", 0, "valueFrom", "secretRef"]],
  ['data["a b"].x', ["data", "a b", "x"]],
  ["", []],
])("%s", (text, path) => expect(parsePath(text)).toEqual(path));

test("a path into a document reads, empties and fills a place in a copy", () => {
  const document = { env: [{ name: "a" }, { name: "b" }], n: { m: 1 } };
  expect(valueAt(document, ["env", 1, "name"])).toBe("b");
  expect(valueAt(document, ["env", 2, "name"])).toBeUndefined();
  expect(withoutAt(document, ["env", 0])).toEqual({ env: [{ name: "b" }], n: { m: 1 } });
  expect(withoutAt(document, ["n", "m"])).toEqual({ env: document.env, n: {} });
  expect(withValue(document, ["n", "k"], [2])).toEqual({ env: document.env, n: { m: 1, k: [2] } });
  expect(withValue(document, ["nowhere", "k"], 2)).toEqual(document);
  expect(document).toEqual({ env: [{ name: "a" }, { name: "b" }], n: { m: 1 } });
});
