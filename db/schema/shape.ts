/** A simple view of a zod schema, for flags, `explain`, completion and the documentation. */
import { z } from "zod";
import { layers, metaOf, unwrap } from "./field.ts";

export type Shape =
  | { is: "text"; ref?: string }
  | { is: "number"; whole: boolean }
  | { is: "boolean" }
  | { is: "choice"; words: readonly string[] }
  | { is: "list"; of: z.core.$ZodType }
  | { is: "map"; of: z.core.$ZodType }
  | { is: "object"; fields: Readonly<Record<string, z.core.$ZodType>> }
  | { is: "either"; of: readonly z.core.$ZodType[] }
  /** Any JSON. */
  | { is: "anything" };

export function shapeOf(schema: z.core.$ZodType): Shape {
  const s = unwrap(schema);
  if (s instanceof z.ZodObject) return { is: "object", fields: s.shape };
  if (s instanceof z.ZodArray) return { is: "list", of: s.element };
  if (s instanceof z.ZodRecord) return { is: "map", of: s.valueType };
  if (s instanceof z.ZodBoolean) return { is: "boolean" };
  if (s instanceof z.ZodEnum) return { is: "choice", words: s.options.map(String) };
  if (s instanceof z.ZodLiteral) return { is: "choice", words: [...s.values].map(String) };
  if (s instanceof z.ZodNumber) return { is: "number", whole: s.format === "safeint" || s.format === "int32" };
  if (s instanceof z.ZodUnion) {
    // A union of texts is a text; validation checks which texts it accepts.
    const shapes = s.options.map(shapeOf);
    const words = shapes.flatMap((o) => (o.is === "choice" ? o.words : []));
    if (shapes.every((o) => o.is === "choice")) return { is: "choice", words: [...new Set(words)] };
    return shapes.every((o) => o.is === "text" || o.is === "choice") ? { is: "text" } : { is: "either", of: s.options };
  }
  if (s instanceof z.ZodLazy || s instanceof z.ZodUnknown) return { is: "anything" };
  const { ref } = metaOf(schema);
  return { is: "text", ...(ref ? { ref } : {}) };
}

/** The default of a field; undefined if it has none. */
export function defaultOf(schema: z.core.$ZodType): unknown {
  for (const layer of layers(schema)) if (layer instanceof z.ZodDefault) return layer.def.defaultValue;
  return undefined;
}

export function aboutOf(schema: z.core.$ZodType): string | undefined {
  for (const layer of layers(schema)) {
    const text = z.globalRegistry.get(layer)?.description;
    if (text) return text;
  }
  return undefined;
}

/** `string`, `integer`, `fast | heavy`, `[]object`, `map of string`. */
export function typeName(schema: z.core.$ZodType): string {
  const shape = shapeOf(schema);
  switch (shape.is) {
    case "text":
      return "string";
    case "number":
      return shape.whole ? "integer" : "number";
    case "boolean":
      return "boolean";
    case "choice":
      return shape.words.join(" | ");
    case "list":
      return `[]${typeName(shape.of)}`;
    case "map":
      return `map of ${typeName(shape.of)}`;
    case "object":
      return "object";
    case "anything":
      return "any";
    case "either":
      return [...new Set(shape.of.map(typeName))].join(" | ");
  }
}
