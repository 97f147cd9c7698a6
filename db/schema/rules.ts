/** Checks a spec as a whole: groups of mutually exclusive fields, and the kind's own rules. Pure. */
import type { Fault } from "../protocol/errors.ts";
import type { Kind } from "./kind.ts";

/** All faults of a spec whose single fields are valid. */
export function ruleFaults(
  kind: Pick<Kind, "atMostOneOf" | "oneOf" | "rules">,
  spec: Readonly<Record<string, unknown>>,
): Fault[] {
  const set = (fields: readonly string[]) => fields.filter((f) => spec[f] !== undefined);
  const tooMany = [...kind.atMostOneOf, ...kind.oneOf].flatMap((group) => {
    const [first, second] = set(group);
    if (first === undefined || second === undefined) return [];
    return [{ path: second, message: `can't be given together with ${first}`, expected: `one of ${group.join(", ")}` }];
  });
  const missing = kind.oneOf
    .filter((group) => set(group).length === 0)
    .map((group) => ({ path: group[0] ?? "", message: `one of ${group.join(", ")} is required` }));
  return [...tooMany, ...missing, ...(kind.rules?.({ ...spec }) ?? [])];
}
