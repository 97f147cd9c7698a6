import { describe, expect, test } from "vitest";
import { findKind, kinds, kindsByName } from "../kinds/index.ts";
import { referencesIn, referencesOf, writeOnlyFields } from "./kind.ts";

describe("references", () => {
  test("are found wherever the schema holds them", () => {
    expect(referencesOf(kindsByName.llm)).toEqual([
      { path: ["apiKeyRef", "name"], kind: "secret" },
      { path: ["cluster"], kind: "cluster" },
      { path: ["fallbacks", "[]"], kind: "llm" },
    ]);
    expect(referencesOf(kindsByName.agent)).toContainEqual({
      path: ["defaultPersonality"],
      kind: "personality",
      within: "self",
    });
    expect(referencesOf(kindsByName.prompt)).toContainEqual({
      path: ["agent"],
      kind: "agent",
      whenGone: "cascade",
    });
    // What a template names exists when a server is made of it.
    expect(referencesOf(kindsByName.template)).toEqual([]);
    expect(referencesOf(kindsByName.group)).toEqual([{ path: ["members", "[]"], kind: "user" }]);
    expect(referencesOf(kindsByName.rbac).map((r) => r.kind)).toEqual(["user", "group", "mcptoken", "cluster"]);
  });

  test("of a document are named as a person writes them", () => {
    const spec = kindsByName.rbac.spec.parse({
      subjects: [
        { kind: "Group", name: "team" },
        { kind: "ServiceAccount", name: "ns/sa" },
        { kind: "User", name: "eve@example.com" },
      ],
    });
    expect(referencesIn(kindsByName.rbac, spec)).toEqual([
      { path: "subjects[0].name", kind: "group", name: "team" },
      { path: "subjects[1].cluster", kind: "cluster", name: "default" },
      { path: "subjects[2].name", kind: "user", name: "eve@example.com" },
    ]);
    expect(referencesIn(kindsByName.llm, { type: "openai", model: "m" })).toEqual([]);
  });

  test("all name a kind that exists", () => {
    for (const k of kinds) for (const r of referencesOf(k)) expect(findKind(r.kind)?.name).toBe(r.kind);
  });
});

describe("the catalogue", () => {
  test("singular, plural and short names are one word each for one kind", () => {
    const words = kinds.flatMap((k) => [...new Set([k.name, k.plural]), ...k.shortNames]);
    expect(new Set(words).size).toBe(words.length);
    for (const k of kinds)
      for (const w of [k.name, k.plural.toUpperCase(), ...k.shortNames]) expect(findKind(w)).toBe(k);
    expect(findKind("llmz")).toBeUndefined();
  });

  test("knows what must never be shown", () => {
    expect(kinds.flatMap((k) => writeOnlyFields(k).map((f) => `${k.name}.${f}`))).toEqual([
      "secret.data",
      "user.password",
    ]);
  });
});
