import { afterEach, expect, test, vi } from "vitest";
import { log } from "./log.ts";

const lines: string[] = [];
const written = vi.spyOn(console, "error").mockImplementation((line) => void lines.push(line));
afterEach(() => {
  lines.length = 0;
  written.mockClear();
});

test("an event is one line of JSON, with its name, its facts, and the chain of causes without a statement's parameters", () => {
  const cause = new Error("Failed query: select 1\nparams: mcpctl_pat_x", { cause: new Error("no route") });
  log("publisher-not-told", { session: "s1", llms: ["a", "b"], cause });
  log("audit-lost", { events: 3 });
  expect(lines.map((line) => line.includes("\n"))).toEqual([false, false]);
  const [first, second] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(first).toMatchObject({ event: "publisher-not-told", session: "s1", llms: ["a", "b"] });
  expect(first?.["cause"]).toMatch(/Failed query[\s\S]*caused by [\s\S]*no route/);
  expect(first?.["cause"]).not.toContain("mcpctl_pat_x");
  expect(second).toEqual({ event: "audit-lost", events: 3 });
});
