import { expect, test } from "vitest";
import { z } from "zod";
import { ref } from "#db/schema/field";
import { kind } from "#db/schema/kind";
import { verifies } from "../../tests/requirements.ts";
import type { AnyKind } from "../kinds.ts";
import { unwind } from "./cycles.ts";
import { links, topological } from "./order.ts";

const made = (name: string, spec: z.ZodObject): AnyKind => ({
  ...kind({ name, plural: `${name}s`, about: "", spec, columns: {} }),
  name: name as AnyKind["name"],
});
// As agent and personality: one side of the circle can wait.
const agent = made(
  "agent",
  z.strictObject({ llm: z.string(), starts: ref("personality").optional(), also: z.array(ref("agent")).optional() }),
);
const personality = made("personality", z.strictObject({ agent: ref("agent") }));
// As a backend and the secret that opens it: the reference is an object.
const key = z.strictObject({ name: ref("key"), key: z.string() });
const store = made("store", z.strictObject({ tokenRef: key.optional() }));
const keyKind = made("key", z.strictObject({ store: ref("store").optional() }));
// Nothing can wait.
const left = made("left", z.strictObject({ right: ref("right") }));
const right = made("right", z.strictObject({ left: z.strictObject({ name: ref("left") }) }));

const doc = (k: AnyKind, name: string, spec: Record<string, unknown>) => ({
  kind: k,
  name,
  body: { name, ...spec },
  where: `f:${name}`,
});

const plan = (documents: ReturnType<typeof doc>[], isNew: (i: number) => boolean = () => true) => {
  const found = links(documents);
  const unwound = unwind(documents, found, isNew);
  const needs = found.map((all, i) => all.map((l) => l.to).filter((to) => to !== i));
  return { ...unwound, order: topological(needs, unwound.must).map((i) => documents[i]?.name) };
};

test(verifies("apply.cycles", "the side that can wait is begun without its reference, whichever comes first"), () => {
  const a = doc(agent, "a", { llm: "m", starts: "p" });
  const p = doc(personality, "p", { agent: "a" });
  for (const documents of [
    [a, p],
    [p, a],
  ]) {
    const { reduced, order, faults } = plan(documents);
    expect(faults).toEqual([]);
    expect([...reduced.entries()].map(([i, r]) => [documents[i]?.name, r.body])).toEqual([
      ["a", { name: "a", llm: "m" }],
    ]);
    expect(order).toEqual(["a", "p"]);
  }
});

test("the whole of a reference is left out, and an element of a list", () => {
  const { reduced } = plan([
    doc(store, "s", { tokenRef: { name: "k", key: "token" } }),
    doc(keyKind, "k", { store: "s" }),
  ]);
  expect(reduced.get(0)?.body).toEqual({ name: "s" });
  const self = plan([doc(agent, "a", { llm: "m", also: ["b", "a", "a"] }), doc(agent, "b", { llm: "m" })]);
  expect(self.reduced.get(0)?.body).toEqual({ name: "a", llm: "m", also: ["b"] });
  expect(self.order).toEqual(["b", "a"]);
});

test("what is there already needs no second pass", () => {
  const documents = [doc(agent, "a", { llm: "m", starts: "p" }), doc(personality, "p", { agent: "a" })];
  const { reduced, order } = plan(documents, (i) => i === 1);
  expect(reduced.size).toBe(0);
  expect(order).toEqual(["p", "a"]);
});

test("a circle of what can't be left out is told, with all of its references", () => {
  const { faults } = plan([
    doc(left, "l", { right: "r" }),
    doc(right, "r", { left: { name: "l" } }),
    doc(agent, "a", { llm: "m", starts: "p" }),
    doc(personality, "p", { agent: "a" }),
  ]);
  expect(faults).toEqual([
    {
      path: "f:l",
      message:
        "can't be created: left/l needs right/r (right), right/r needs left/l (left.name), and none of these references can be left out at first",
    },
  ]);
});

test("two circles that share a document are both broken", () => {
  const { reduced, must, faults } = plan([
    doc(agent, "a", { llm: "m", starts: "p", also: ["b"] }),
    doc(agent, "b", { llm: "m", also: ["a"], starts: "q" }),
    doc(personality, "p", { agent: "a" }),
    doc(personality, "q", { agent: "b" }),
  ]);
  expect(faults).toEqual([]);
  expect(reduced.size).toBe(2);
  expect(topological(must)).toHaveLength(4);
});

test("thousands of circles are no matter", () => {
  const n = 3_000;
  const documents = Array.from({ length: n }, (_, i) => [
    doc(agent, `a${i}`, { llm: "m", starts: `p${i}` }),
    doc(personality, `p${i}`, { agent: `a${i}` }),
  ]).flat();
  expect(plan(documents).reduced.size).toBe(n);
});
