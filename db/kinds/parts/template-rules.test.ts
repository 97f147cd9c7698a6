import { describe, expect, test } from "vitest";
import { validate } from "../../schema/validate.ts";
import { templates } from "../../system/templates.ts";
import { kindsByName } from "../index.ts";
import { instantiate } from "./template-rules.ts";

const { template, server } = kindsByName;
const faults = (body: Record<string, unknown>) => {
  const result = validate(template, { name: "x", ...body });
  return result.ok ? [] : result.faults.map((f) => `${f.path}: ${f.message}`);
};
const git = { packageName: "mcp-server-git", runtime: "python" };

describe("a template makes sense", () => {
  const cases: [string, Record<string, unknown>, string[]][] = [
    [
      "a parameter that is not declared",
      { server: { ...git, args: ["{{repo}}"] }, parameters: { repos: {} } },
      ['server.args[0]: there is no parameter "repo"', "parameters.repos: is not used in server"],
    ],
    [
      "a secret in an argument",
      { server: { ...git, args: ["{{t}}"] }, parameters: { t: { secret: true } } },
      ["server.args[0]: t is a secret: it can only be the whole value of an environment variable or a header"],
    ],
    [
      "a secret within a value",
      { server: { ...git, env: [{ name: "A", value: "x{{t}}" }] }, parameters: { t: { secret: true } } },
      ["server.env[0].value: t is a secret: it can only be the whole value of an environment variable or a header"],
    ],
    [
      "a secret with a default",
      { server: { ...git, env: [{ name: "A", value: "{{t}}" }] }, parameters: { t: { secret: true, default: "a/b" } } },
      ["parameters.t.default: a secret can't have a default"],
    ],
    [
      "a default that is not possible",
      { server: { ...git, args: ["{{a}}"] }, parameters: { a: { values: ["x"], default: "y" } } },
      ["parameters.a.default: is not one of the values"],
    ],
    ["no source", { server: {} }, ["server: must have exactly one of packageName, dockerImage, url, but has 0"]],
    ["what no server may have", { server: { ...git, command: ["x"] } }, ["server.command: is only for dockerImage"]],
  ];
  test.each(cases)("not with %s", (_, body, expected) => {
    expect(faults(body)).toEqual(expected);
  });
});

describe("a server out of a template", () => {
  const gitea = template.spec.parse(templates["gitea"]);

  test("has every value in its place, and secrets by reference", () => {
    const made = instantiate(gitea, { url: "https://git.example.com", token: "gitea/token" });
    expect(made).toMatchObject({
      ok: true,
      spec: {
        dockerImage: "docker.gitea.com/gitea-mcp-server:latest",
        env: [
          { name: "GITEA_HOST", value: "https://git.example.com" },
          { name: "GITEA_ACCESS_TOKEN", valueFrom: { secretRef: { name: "gitea", key: "token" } } },
        ],
      },
    });
  });

  test("is not made of too little, too much, or a secret's value", () => {
    const made = instantiate(gitea, { tokne: "x", token: "glpat-canary" });
    expect(made).toEqual({
      ok: false,
      faults: [
        {
          path: "tokne",
          message: "the template has no such parameter",
          expected: "one of url, token, version",
          suggestion: "token",
        },
        {
          path: "url",
          message: "is required",
          expected: "Where your Gitea answers, such as https://gitea.example.com.",
        },
        { path: "token", message: "is a secret: give SECRET/KEY, the name of a secret and one of its keys" },
      ],
    });
    expect(JSON.stringify(made)).not.toContain("canary");
  });

  test("what stands for a parameter is never looked into again", () => {
    const made = instantiate(gitea, { url: "{{version}}", token: "a/b" });
    expect(made).toMatchObject({ ok: true, spec: { env: [{ value: "{{version}}" }, {}] } });
  });
});

describe.each(Object.entries(templates))("the template %s that ships", (name, body) => {
  test("is valid, and makes a valid server", () => {
    expect(faults({ ...body, name })).toEqual([]);
    const spec = template.spec.parse(body);
    const values = Object.entries(spec.parameters).map(([key, p]): [string, string] => [
      key,
      p.secret ? "keys/one" : (p.default ?? p.values?.[0] ?? "https://example.com"),
    ]);
    const made = instantiate(spec, Object.fromEntries(values));
    expect(made.ok && validate(server, { name, ...made.spec })).toMatchObject({ ok: true });
    expect(JSON.stringify(made)).not.toContain("{{");
  });
});
