/** What a kind asks of a spec as a whole: groups of fields that exclude each other, and rules in code. Pure. */
import type { Fault } from "../protocol/errors.ts";
import type { Kind } from "./kind.ts";

/** Everything that is wrong with a spec whose fields are each valid. */
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
