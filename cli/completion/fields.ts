/** Paths of fields, as `explain` takes them: `llm.timeouts.idle`. Pure. */
import type { z } from "zod";
import { findKind } from "#db/kinds/index";
import { aboutOf, shapeOf } from "#db/schema/shape";
import type { Candidate } from "./candidate.ts";

/** @param last a kind, a dot and perhaps more. */
export function fieldsAfter(last: string): Candidate[] {
  const [word = "", ...path] = last.split(".");
  const kind = findKind(word);
  if (!kind) return [];
  const before = path.slice(0, -1);
  const top: [string, z.core.$ZodType][] = [...Object.entries(kind.spec.shape), ["status", kind.status]];
  let fields = top;
  for (const key of before) fields = fields.filter(([name]) => name === key).flatMap(([, schema]) => fieldsOf(schema));
  const prefix = [word, ...before].join(".");
  return fields.map(([name, schema]) => {
    const about = aboutOf(schema);
    return { word: `${prefix}.${name}`, ...(about ? { about } : {}) };
  });
}

function fieldsOf(schema: z.core.$ZodType): [string, z.core.$ZodType][] {
  const shape = shapeOf(schema);
  if (shape.is === "object") return Object.entries(shape.fields);
  if (shape.is === "list" || shape.is === "map") return fieldsOf(shape.of);
  if (shape.is !== "either") return [];
  return [...new Map(shape.of.flatMap(fieldsOf))];
}
