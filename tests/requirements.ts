/**
 * What mcpctl promises, as data. A test says in its title which promise it checks:
 *
 *     test(verifies("auth.uniform-401", "a revoked token"), …)
 *
 * `tests/laws/requirements.test.ts` fails on a promise that no test checks. `source` is the part of the specification, or the
 * authority, that a promise comes from.
 */
import { commandLine } from "./cli/requirements.ts";
import { inference } from "./inference/requirements.ts";
import { laws } from "./laws/requirements.ts";
import { loggingIn } from "./login/requirements.ts";
import { virtualLlms } from "./publishers/requirements.ts";
import { actions } from "./resources/action-requirements.ts";
import { resources } from "./resources/requirements.ts";
import { rights } from "./rights/requirements.ts";
import { ssoRequirements } from "./sso/requirements.ts";
import { journeys } from "./stories/requirements.ts";
import { system } from "./system/requirements.ts";
import { watching } from "./watch/requirements.ts";

export interface Requirement {
  behaviour: string;
  source: string;
}

export const requirements = {
  ...loggingIn,
  ...ssoRequirements,
  ...rights,
  ...resources,
  ...inference,
  ...virtualLlms,
  ...commandLine,

  // One machine
  "start.ready": {
    behaviour: "npm start brings everything up, says where, and writes .mcpctl/dev.json readable by its owner only.",
    source: "architecture.md, One machine",
  },
  "start.no-orphans": {
    behaviour: "However it ends, no process is left behind.",
    source: "quality.md, Reliability drills",
  },
  "docs.recipes": {
    behaviour: "Every recipe of the guide to rights can be applied as it stands, and comes to what it says.",
    source: "quality.md, Kinds of test",
  },
  "docs.declarative": {
    behaviour: "Every command of the guide to declarative work works as written and prints what is shown.",
    source: "quality.md; resources.md, apply",
  },
  "readme.tour": {
    behaviour: "Every command of the README's tour works as written.",
    source: "quality.md, Kinds of test",
  },

  ...journeys,
  ...watching,
  ...actions,
  ...system,
  ...laws,
} as const satisfies Record<string, Requirement>;

export type RequirementId = keyof typeof requirements;

/** A test's title: what it does, and which promises it checks. */
export function verifies(ids: RequirementId | readonly RequirementId[], title: string): string {
  const list = typeof ids === "string" ? [ids] : ids;
  return `${title} [${list.join(", ")}]`;
}
