/**
 * The order of test files: the longest begin first, so that no worker is left with one of them when the others have nothing to do any more.
 * What is not named comes after, larger files first, as vitest does where it remembers no earlier run.
 */
import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { root } from "../../infra/paths.ts";

/** From a run on two cores. Those that start whole systems stand between those of one process, so that they meet less. */
export const longest = [
  "tests/stories/start.test.ts",
  "tests/http/fuzz.test.ts",
  "tests/stories/team-day.test.ts",
  "tests/resources/resources.test.ts",
  "tests/stories/tour.test.ts",
  "tests/publishers/revoked.test.ts",
  "tests/stories/start-foreground.test.ts",
  "tests/publishers/agent.test.ts",
  "tests/stories/catalogue.test.ts",
  "tests/watch/watch.test.ts",
  "tests/stories/sso.test.ts",
  "tests/resources/meeting-writes.test.ts",
  "tests/stories/start-store.test.ts",
  "tests/resources/field-fuzz.test.ts",
  "tests/stories/real-model.test.ts",
  "tests/cli/catalogue-round-trip.test.ts",
  "tests/stories/canaries.test.ts",
  "tests/resources/resource-fuzz.test.ts",
  "tests/stories/declarative.test.ts",
  "edge/resources/plans.test.ts",
  "db/local/store.test.ts",
];

const rank = ({ moduleId }: TestSpecification): number => {
  const at = longest.indexOf(relative(root, moduleId));
  return at < 0 ? longest.length : at;
};

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
