/** `-l` beside `-f`: of what the files describe, only what has these labels. */
import { Refusal } from "#db/protocol/errors";
import { type LabelRequirement, meets, parseLabelSelector } from "#db/schema/label-selector";
import { Failure, usage } from "../failure.ts";
import { mustLimit } from "../selector.ts";
import type { Manifest } from "./read.ts";

/** @returns those whose labels, as written, meet the selector; all without one. @throws Failure usage for what is no selector. */
export function matching(manifests: readonly Manifest[], selector: string | undefined): readonly Manifest[] {
  if (selector === undefined) return manifests;
  mustLimit(selector);
  const requirements = read(selector);
  return manifests.filter((m) => meets(labelsOf(m), requirements));
}

/** Of all documents none at all is a mistyped label more often than not. @throws Failure */
export function mustMatch(
  manifests: readonly Manifest[],
  all: readonly Manifest[],
  selector: string | undefined,
): void {
  if (manifests.length > 0 || all.length === 0) return;
  const [only] = all;
  throw new Failure(
    all.length === 1
      ? `${only?.where}: the document does not have the labels ${selector}.`
      : `None of the ${all.length} documents has the labels ${selector}.`,
    { hint: "-l selects by the `labels:` in the files." },
  );
}

/** What is no map of texts has been given as such, and is told where the document is looked at. */
function labelsOf({ body }: Manifest): Record<string, string> {
  const labels = body["labels"];
  if (typeof labels !== "object" || labels === null) return {};
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]));
}

function read(selector: string): LabelRequirement[] {
  try {
    return parseLabelSelector(selector);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw usage(error.message.replace("labelSelector:", "-l:"), error.details.hint);
  }
}
