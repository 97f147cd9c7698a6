import { expect, test } from "vitest";
import { kindsByName } from "#db/kinds/index";
import { wholeFaults } from "../documents/check.ts";
import { faultLine } from "../failure.ts";

const llm = { name: "x", type: "vllm", model: "m", url: "http://127.0.0.1:9" };
const lines = (kind: keyof typeof kindsByName, body: Record<string, unknown>) =>
  wholeFaults(kindsByName[kind], body).map(faultLine);

test("what is of another type is told as explain calls it, and how it would be right", () => {
  expect(lines("llm", { ...llm, labels: { a: 1, b: true } })).toEqual([
    'labels.a: expected string, given the number 1 (did you mean "1"?)',
    'labels.b: expected string, given the boolean true (did you mean "true"?)',
  ]);
  expect(lines("llm", { ...llm, timeouts: { idle: "5000" } })).toEqual([
    'timeouts.idle: expected number, given "5000" (did you mean 5000?)',
  ]);
  expect(lines("llm", { ...llm, timeouts: { idle: "soon" } })).toEqual([
    'timeouts.idle: expected number, given "soon"',
  ]);
  expect(lines("llm", { ...llm, labels: ["a"] })).toEqual(['labels: expected map, given ["a"]']);
  expect(lines("group", { name: "g", members: "ada" })).toEqual(['members: expected list, given "ada"']);
});

test("a value that is never shown is not shown in what is wrong with it", () => {
  const [line] = lines("secret", { name: "s", data: { pin: 123456 } });
  expect(line).toBe("data.pin: expected string, given another type (check the quotes)");
});

test("a word that only a rule knows has its near spelling, too", () => {
  const [line] = lines("rbac", { name: "r", subjects: [], bindings: [{ role: "run", resource: "lms" }] });
  expect(line).toMatch(
    /^bindings\[0\]\.resource: expected one of \*, agents, .*, given "lms" \(did you mean llms\?\)$/,
  );
});
