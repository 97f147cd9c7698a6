import { describe, expect, test } from "vitest";
import { parseConfig } from "./config.ts";
import { Failure } from "./failure.ts";

function failure(text: string): string {
  try {
    parseConfig(text, "config.yaml");
  } catch (error) {
    if (error instanceof Failure && error.exit === 2) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
}

const url = "http://127.0.0.1:11434";

describe("config.yaml", () => {
  test("says what to publish", () => {
    expect(parseConfig(`edge: https://e.example\npublish:\n  - { url: "${url}", model: m, slots: 2 }\n`, "f")).toEqual({
      edge: "https://e.example",
      publish: [{ url, model: "m", slots: 2 }],
    });
    expect(parseConfig("", "f")).toEqual({});
  });

  test("an unknown key is an error with its line and what is known", () => {
    expect(failure("edge: https://e.example\n\npublihs: []\n")).toBe(
      "config.yaml:3: unknown key publihs; known here: edge, token, log, totalSlots, publish",
    );
    const nested = failure(`publish:\n  - url: ${url}\n    model: m\n    slot: 2\n`);
    expect(nested).toMatch(/^config\.yaml:4: unknown key publish\[0\]\.slot; known here: url, model, name, slots/);
  });

  test("a wrong value is an error with its line", () => {
    expect(failure(`publish:\n  - url: ${url}\n    model: m\n    slots: many\n`)).toMatch(
      /^config\.yaml:4: publish\[0\]\.slots: /,
    );
    expect(failure(`publish:\n  - url: ${url}\n`)).toMatch(/^config\.yaml:2: publish\[0\]\.model: /);
  });

  test("what is no YAML is an error with its line", () => {
    expect(failure("edge: https://e.example\npublish: [\n")).toMatch(/^config\.yaml:\d: /);
    expect(failure("publish:\n\t- a\n")).toBe("config.yaml:2: Tabs are not allowed as indentation");
    expect(failure("publish: []\n---\npublish: []\n")).toMatch(/^config\.yaml:\d: it must contain a single document/);
    expect(failure("- a\n")).toMatch(/^config\.yaml:1: the file: /);
  });
});
