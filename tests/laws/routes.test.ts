import { describe, expect, test } from "vitest";
import { kinds } from "#db/kinds/index";
import { operations, roles } from "#db/kinds/parts/grants";
import { label, routes } from "../harness/routes.ts";
import { verifies } from "../requirements.ts";

const resources = new Set(kinds.map((k) => k.permission));

describe("routes", () => {
  test(verifies("law.permissions", "declare a permission that exists, and where they are public, why"), () => {
    expect(routes.length).toBeGreaterThan(0);
    for (const r of routes) {
      const p = r.permission;
      switch (p.is) {
        case "public":
          expect(p.why.split(" ").length, `${label(r)}: why it is public`).toBeGreaterThan(3);
          break;
        case "resource":
          expect(roles, label(r)).toContain(p.role);
          expect([...resources], label(r)).toContain(p.resource);
          break;
        case "owned":
          for (const role of [p.own, p.others]) if (role) expect(roles, label(r)).toContain(role);
          expect([...resources], label(r)).toContain(p.resource);
          break;
        case "operation":
          expect(operations, label(r)).toContain(p.action);
          break;
        case "object":
          expect(p.secret.of, "a secret opens nothing but its session's protocol").toBe("the publisher's session");
          expect(r.path).toMatch(/\/_provider-/);
          break;
        case "authenticated":
          break;
      }
    }
  });

  test("never answer the same request twice", () => {
    const shapes = routes.map((r) => `${r.method} ${r.path.replace(/:[^/]+/g, ":")}`);
    expect(shapes.filter((s, i) => shapes.indexOf(s) !== i)).toEqual([]);
  });

  test("are not hidden behind an earlier one with a parameter", () => {
    const hides = (earlier: string, later: string) => {
      const a = earlier.split("/");
      const b = later.split("/");
      return a.length === b.length && earlier !== later && a.every((part, i) => part.startsWith(":") || part === b[i]);
    };
    const hidden = routes.flatMap((later, i) =>
      routes
        .slice(0, i)
        .filter((earlier) => earlier.method === later.method && hides(earlier.path, later.path))
        .map((earlier) => `${label(later)} behind ${label(earlier)}`),
    );
    expect(hidden).toEqual([]);
  });

  test("that are public and change something are few and listed", () => {
    const changing = routes.filter((r) => r.permission.is === "public" && r.method !== "GET").map((r) => r.path);
    expect(changing.every((p) => p.startsWith("/api/v1/auth/"))).toBe(true);
  });

  test("are each documented", () => {
    expect(routes.filter((r) => r.doc.summary.trim() === "" || r.doc.tag.trim() === "").map(label)).toEqual([]);
  });
});
