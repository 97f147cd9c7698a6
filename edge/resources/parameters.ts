/** Query parameters and headers of the generic routes: what each means, and which values it takes. */
import type { Kind } from "#db/schema/kind";
import { labelSelectorForm } from "#db/schema/label-selector";
import type { Parameter } from "../http/route.ts";
import { momentForm } from "./moment.ts";
import { defaultLimit, greatestLimit, sortable } from "./page.ts";
import { longestParameter } from "./request.ts";
import { fieldSelectorForm } from "./selectors.ts";

type Parameters = Readonly<Record<string, Parameter>>;

const flag = (about: string, further: readonly string[] = []): Parameter => ({
  about,
  schema: { type: "string", enum: ["true", "false", ...further] },
});

export const limitParameter: Parameter = {
  about: `Most items of the answer; more than ${greatestLimit} is as good as ${greatestLimit}.`,
  schema: { type: "integer", minimum: 1, default: defaultLimit },
};

/** Of every list of the kind. */
export const listParameters = (kind: Kind): Parameters => ({
  limit: limitParameter,
  continue: "Token of the page before.",
  labelSelector: {
    about: "a=b, a!=b, a in (b,c), a notin (b,c), a, !a, separated by commas.",
    schema: { type: "string", maxLength: longestParameter, pattern: labelSelectorForm },
  },
  fieldSelector: {
    about: "field=value or field!=value on scalar fields, separated by commas.",
    schema: { type: "string", maxLength: longestParameter, pattern: fieldSelectorForm(kind) },
  },
  name: "Only names that start so.",
  sort: {
    about: "- before a field turns the order round.",
    schema: { type: "string", enum: sortable(kind).flatMap((field) => [field, `-${field}`]) },
  },
});

export const timelineParameters: Parameters = {
  since: {
    about: "Only from then on: how long ago, as 2h or 7d, or an ISO date or date-time.",
    schema: { type: "string", pattern: momentForm },
  },
  until: { about: "Only from before then.", schema: { type: "string", pattern: momentForm } },
};

/** Of lists whose changes can be followed. */
export const watchParameters: Parameters = {
  watch: flag("true: answer with a stream of what changes, as server-sent events.", ["1", "0"]),
  resourceVersion: "Where a watch begins: of a list, an event or a resource. Without it: with what is there.",
};

export const watchHeaders: Parameters = {
  "last-event-id": "Of a watch: the id of the last event that was seen; goes before resourceVersion.",
};

export const writeParameters: Parameters = {
  dryRun: flag("true: answer what would be stored, and store nothing.", ["All"]),
};

export const applyParameters: Parameters = {
  ...writeParameters,
  apply: flag(
    "true: the body is a manifest. Fields that it has are set, those that an earlier one set and it has not go, others stay; null removes.",
  ),
};

export const known: Parameters = {
  "if-none-match": "ETag of what is known already: 304 when it is still current.",
};

export const preconditions: Parameters = {
  "if-match": "ETag of what was read: 412 when somebody has changed it since.",
  "if-none-match": "*: 412 when it is there. A PUT never creates.",
};

/** Headers of an answer with one resource. */
export const versioned = { ETag: "Its resourceVersion: what If-Match and If-None-Match are told." } as const;
export const written = {
  ...versioned,
  "mcpctl-outcome": "created, changed or unchanged.",
  Warning: "299, for people: what they should know of what was written (RFC 7234, 5.5).",
} as const;
export const made = { ...written, Location: "Where it is." } as const;
