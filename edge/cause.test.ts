import { DrizzleQueryError } from "drizzle-orm/errors";
import { expect, test } from "vitest";
import { causeOf } from "./cause.ts";

test("a statement that failed is told with its cause and its place, without its parameters", () => {
  const error = new DrizzleQueryError("insert into x", ["canary", "more\n    at canary"], new Error("no connection"));
  const said = causeOf(new Error("could not write", { cause: error }));
  expect(said).toContain("could not write");
  expect(said).toContain("insert into x");
  expect(said).toContain("no connection");
  expect(said).toMatch(/cause\.test\.ts/);
  expect(said).not.toContain("canary");
});

test("what is no error is told as it is", () => {
  expect(causeOf("gone")).toBe("gone");
});
