import { expect, test } from "vitest";
import { events } from "../../edge/log.ts";
import { verifies } from "../requirements.ts";
import { grep, read, sources, withoutComments } from "./repository.ts";

test(verifies("law.log", "nothing in the edge but its log uses the console"), () => {
  const found = sources("edge")
    .filter((file) => file !== "edge/log.ts")
    .flatMap((file) => grep(file, /(?<![\w.])console\b/, withoutComments(read(file))));
  expect(found).toEqual([]);
});

test(verifies("law.log", "the operator's document has every event, and every event is logged somewhere"), () => {
  const documented = read("docs/operating.md");
  const code = sources("edge")
    .filter((file) => file !== "edge/log.ts")
    .map(read)
    .join("\n");
  for (const [event, meaning] of Object.entries(events)) {
    expect(documented).toContain(`| \`${event}\` | ${meaning} |`);
    expect(code).toContain(`log("${event}"`);
  }
});
