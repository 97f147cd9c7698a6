import { expect, test } from "vitest";
import { basicHeaders } from "./basic.ts";

const said = (id: string, secret: string) =>
  basicHeaders(id, secret).map((header) => Buffer.from(header.slice(6), "base64").toString());

test("a secret without anything to encode is shown in one way", () => {
  expect(said("edge", "s3cret_-.")).toEqual(["edge:s3cret_-."]);
});

test("any other is encoded first, and shown as it is to who does not decode it", () => {
  expect(said("a b", "x+/=~ü%")).toEqual(["a+b:x%2B%2F%3D%7E%C3%BC%25", "a b:x+/=~ü%"]);
});
