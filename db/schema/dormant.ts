/** Finds the fields of a spec that have no effect in this version, for warnings. Pure. */
import { metaOf, type unwrap } from "./field.ts";
import { childSchemas, type Kind, optionSchemas } from "./kind.ts";

export interface Dormant {
  /** As a person writes it: `limits.budget`. */
  path: string;
  why: string;
}

/** The dormant fields that this spec sets. */
export function dormantIn(kind: Pick<Kind, "spec">, spec: Readonly<Record<string, unknown>>): Dormant[] {
  const found: Dormant[] = [];
  const walk = (schema: Parameters<typeof unwrap>[0], value: unknown, path: string) => {
    if (value === undefined || value === null) return;
    const why = metaOf(schema).dormant;
    if (why !== undefined) {
      found.push({ path, why });
      return;
    }
    if (typeof value !== "object" || Array.isArray(value)) return;
    for (const option of optionSchemas(schema))
      for (const [key, child] of childSchemas(option))
        if (key !== "*" && key !== "[]") walk(child, Reflect.get(value, key), path ? `${path}.${key}` : key);
  };
  walk(kind.spec, spec, "");
  return found;
}
