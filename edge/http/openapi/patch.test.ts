import { expect, test } from "vitest";
import { patchOf } from "./patch.ts";

const text = { type: "string" };

test("nothing is required; null removes what may be left out, however deep, and nothing else", () => {
  const schema = {
    type: "object",
    additionalProperties: false,
    required: ["model"],
    anyOf: [{ required: ["a"] }, { required: ["b"] }],
    properties: {
      model: text,
      url: { ...text, description: "Where.", default: "x" },
      data: { type: "object", additionalProperties: text },
      ref: { type: "object", required: ["name"], properties: { name: text, key: text } },
      list: { type: "array", items: { type: "object", required: ["x"], properties: { x: text } } },
      any: {},
      id: { ...text, readOnly: true },
    },
  };
  const orNull = (field: unknown) => ({ anyOf: [field, { type: "null" }] });
  expect(patchOf(schema, ["data"])).toEqual({
    type: "object",
    additionalProperties: false,
    properties: {
      model: text,
      url: { description: "Where.", ...orNull(text) },
      data: { type: "object", additionalProperties: orNull(text) },
      ref: orNull({ type: "object", properties: { name: text, key: orNull(text) } }),
      list: orNull(schema.properties.list),
      any: {},
      id: schema.properties.id,
    },
  });
});
