/** How far mcptokens reach, as a person has reviewed it: a line for each route. What routes declare is compared with it. */
import { readFileSync, writeFileSync } from "node:fs";
import { type DeclaredRoute, label } from "../harness/routes.ts";

const file = new URL("token-reach.golden.txt", import.meta.url);

const head = [
  "# How far an mcptoken reaches, whatever its bindings say: at every route. A route that is missing here fails the tests.",
  "# anywhere: its bindings decide   own-project: below its own project alone   nowhere: a user's login is needed",
  "# Routes without a caller (public ones, and those that a session's secret opens) have no wall: they are nowhere too.",
  "# After a review: UPDATE_GOLDEN=1 npx vitest run tests/rights/token-reach.test.ts",
];

export function writeReach(routes: readonly Pick<DeclaredRoute, "method" | "path" | "tokenReach">[]): string {
  const byPath = [...routes].sort((a, b) =>
    a.path < b.path ? -1 : a.path > b.path ? 1 : a.method < b.method ? -1 : 1,
  );
  return `${[...head, ...byPath.map((r) => `${r.tokenReach.padEnd(11)} ${label(r)}`)].join("\n")}\n`;
}

export function goldenText(written: string): string {
  if (process.env["UPDATE_GOLDEN"]) writeFileSync(file, written);
  return readFileSync(file, "utf8");
}

/** `GET /api/v1/llms` → its reach. */
export const goldenReach: ReadonlyMap<string, string> = new Map(
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [reach = "", ...route] = line.split(/ +/);
      return [route.join(" "), reach];
    }),
);
