import { canonical } from "./equal.ts";

/** Whether any of these fields differs, by value. */
export const fieldsChanged = (
  was: Readonly<Record<string, unknown>> | undefined,
  is: Readonly<Record<string, unknown>>,
  fields: readonly string[],
): boolean => fields.some((f) => canonical({ v: was?.[f] }) !== canonical({ v: is[f] }));
