import { describe, expect, test } from "vitest";
import { kindsByName } from "../kinds/index.ts";
import { instantiate } from "../kinds/parts/template-rules.ts";
import { validate } from "../schema/validate.ts";
import { missingVariables, systemPrompts } from "./prompts.ts";
import { exampleRoles } from "./roles.ts";
import { templates } from "./templates.ts";

describe.each(Object.entries(systemPrompts))("the prompt %s", (name, prompt) => {
  test("is one, and holds its variables and no others", () => {
    const { content, summary, variables } = prompt;
    expect(validate(kindsByName.prompt, { name, content, summary }, { nameRequired: true })).toMatchObject({
      ok: true,
    });
    const held = [...content.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map((m) => m[1] ?? "");
    expect([...new Set(held)].sort()).toEqual([...variables].sort());
    expect(missingVariables(content, prompt)).toEqual([]);
  });
});

describe("variables", () => {
  const two = { variables: ["pages", "tokens"] };

  test("are missed by name, whatever stands around them", () => {
    expect(missingVariables("{{pages}} and {{ tokens }}", two)).toEqual([]);
    expect(missingVariables("{{pages}} and {{token}}", two)).toEqual(["tokens"]);
    expect(missingVariables("{pages} {{ pages} } {{tokens", two)).toEqual(["pages", "tokens"]);
    expect(missingVariables("", two)).toEqual(["pages", "tokens"]);
  });
});

describe.each(Object.entries(templates))("the template %s", (name, fields) => {
  const parsed = kindsByName.template.spec.parse(fields);

  test("is one, and says where it is from and what to give", () => {
    expect(validate(kindsByName.template, { name, ...fields }, { nameRequired: true })).toMatchObject({ ok: true });
    expect(parsed.description).toBeTruthy();
    expect(parsed.homepage).toMatch(/^https:/);
    for (const [parameter, { description }] of Object.entries(parsed.parameters))
      expect(description, parameter).toBeTruthy();
  });

  test("makes a server, given what it asks for", () => {
    const values = Object.fromEntries(
      Object.entries(parsed.parameters)
        .filter(([, p]) => p.default === undefined)
        .map(([parameter, p]) => [parameter, p.secret ? "secret/key" : (p.values?.[0] ?? "value")]),
    );
    const made = instantiate(parsed, values);
    if (!made.ok) throw new Error(JSON.stringify(made.faults));
    expect(validate(kindsByName.server, { name, ...made.spec }, { nameRequired: true })).toMatchObject({ ok: true });
    expect(JSON.stringify(made.spec)).not.toContain("{{");
  });
});

describe.each(Object.entries(exampleRoles))("the role %s", (name, fields) => {
  test("is one, and gives nobody anything", () => {
    expect(validate(kindsByName.rbac, { name, ...fields }, { nameRequired: true })).toMatchObject({ ok: true });
    expect(kindsByName.rbac.spec.parse(fields).subjects).toEqual([]);
  });
});
