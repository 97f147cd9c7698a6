import { describe, expect, test } from "vitest";
import { label, routes } from "../harness/routes.ts";
import { verifies } from "../requirements.ts";
import { goldenReach, goldenText, writeReach } from "./token-reach.ts";

describe("how far an mcptoken reaches", () => {
  test(verifies("rbac.token-wall", "is what the golden list says, for every route"), () => {
    const written = writeReach(routes);
    expect(written).toBe(goldenText(written));
  });

  test("is checked by a comparison that sees a route which opens without a review", () => {
    const opened = routes.map((r) => (r.path === "/api/v1/secrets" ? { ...r, tokenReach: "anywhere" as const } : r));
    expect(writeReach(opened)).not.toBe(goldenText(writeReach(routes)));
  });

  test("depends on the project only below a project", () => {
    for (const r of routes)
      expect(goldenReach.get(label(r)) === "own-project", label(r)).toBe(
        r.path.startsWith("/api/v1/projects/:project/"),
      );
  });
});
