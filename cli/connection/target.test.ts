import { expect, test } from "vitest";
import type { ContextStore } from "#db/client/contexts";
import { findTarget, parseEdge } from "./target.ts";

test.each([
  ["edge.example.com", "https://edge.example.com"],
  ["edge.example.com:8787/", "https://edge.example.com:8787"],
  ["127.0.0.1:8787", "http://127.0.0.1:8787"],
  ["localhost", "http://localhost"],
  ["[::1]:8787/base/", "http://[::1]:8787/base"],
  ["https://127.0.0.1", "https://127.0.0.1"],
  // Names that only begin like this machine's.
  ["localhost.example.com", "https://localhost.example.com"],
  ["127.0.0.1.example.com", "https://127.0.0.1.example.com"],
])("%s means %s", (typed, edge) => {
  expect(parseEdge(typed)).toBe(edge);
});

test.each(["", "ftp://edge", "https://ada:secret@edge", "http://"])("%j is no edge", (typed) => {
  expect(() => parseEdge(typed)).toThrow(/is not the URL of an edge/);
});

test("a variable that is set to nothing counts as not set", async () => {
  const entry = { edge: "https://edge.example", token: "of the context" };
  const contexts = { current: async (name?: string) => ({ name: name ?? "c", entry }) } as unknown as ContextStore;
  const env = { MCPCTL_EDGE: "", MCPCTL_TOKEN: "", MCPCTL_CONTEXT: "" };
  expect(await findTarget({} as Parameters<typeof findTarget>[0], env, contexts)).toEqual({
    edge: "https://edge.example",
    token: "of the context",
  });
});

test("a token is sent without the line end behind it, and refused by name where it can't be sent", async () => {
  const none = { current: async () => undefined } as unknown as ContextStore;
  const find = (token: string) =>
    findTarget({} as Parameters<typeof findTarget>[0], { MCPCTL_EDGE: "https://e.example", MCPCTL_TOKEN: token }, none);
  expect(await find("mcpctl_1\r\n")).toEqual({ edge: "https://e.example", token: "mcpctl_1" });
  for (const token of ["mcpctl\n_1", "\uFEFFmcpctl_1", "mcpctl_1\u200B"])
    await expect(find(token)).rejects.toThrow(/^The token can't be sent: it holds an? [a-z -]+ at position \d+\.$/);
});
