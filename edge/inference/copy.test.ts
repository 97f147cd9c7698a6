import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Copy } from "./copy.ts";
import { TAIL_BYTES } from "./dialects/dialect.ts";
import { openai } from "./dialects/openai/index.ts";
import { addWorkersStreams, removeWorkersStreams, source } from "./in-node.ts";

beforeAll(addWorkersStreams);
afterAll(removeWorkersStreams);

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

function copied(first?: string) {
  const from = source();
  return { from, copy: new Copy(from.stream, first ? new TextEncoder().encode(first) : undefined, openai.saysDone) };
}

describe("a look at a copy", () => {
  test("takes what has gathered, tells silence only where nothing came since the last, and waits for no more itself", async () => {
    const { from, copy } = copied();
    let taken = 0;
    from.say("data: 1\n\n");
    expect(copy.look(() => taken++)).toBe(false);
    await settled();
    expect([taken, copy.size]).toEqual([1, 9]);
    expect(copy.look(() => taken++)).toBe(false);
    await settled();
    expect(copy.look(() => taken++)).toBe(true);
    from.say("data: 2\n");
    await settled();
    expect([taken, copy.size, copy.betweenEvents]).toEqual([2, 17, false]);
    expect(copy.heardAt).toBeGreaterThan(0);
  });

  test.each([
    ["", true],
    ["data: 1\n\n", true],
    ["data: 1\r\n\r\n", true],
    ["data: 1\r\r", true],
    ["data: 1\n", false],
    ["data: 1", false],
    ["data: 1\r\n", false],
  ])("after %j it stands between two events: %s", (said, is) => {
    expect(copied(said).copy.betweenEvents).toBe(is);
  });

  test.each([
    ["data: 1\n\ndata: [DONE]\n\n", true],
    ["data: 1\n\ndata: [DONE]\n", false],
    ['data: {"a":"[DONE]"}\n\n', false],
  ])("after %j the provider has said its last: %s", (said, is) => {
    expect(copied(said).copy.done).toBe(is);
  });
});

describe("the rest of a copy", () => {
  test("is all of a stream that nobody looked at", async () => {
    const { from, copy } = copied();
    for (const text of ["a", "b", "c"]) from.say(text);
    from.end();
    expect(await copy.rest(false)).toBe("abc");
    expect(copy.truncated).toBe(false);
  });

  test.each([false, true])(
    "begins with what was read before it was copied, and with what a look took (broken: %s)",
    async (broken) => {
      const { from, copy } = copied("a");
      from.say("b");
      copy.look(() => {});
      await settled();
      from.say("c");
      if (!broken) from.end();
      expect(await copy.rest(broken)).toBe("abc");
      // A provider that would go on is let go.
      if (broken) expect(from.cancelled()).toBe(true);
    },
  );

  test("of a long stream holds at least the bytes in which its end stands, and not much more", async () => {
    const { from, copy } = copied();
    const block = new Uint8Array(10_000).fill(97);
    copy.look(() => {});
    for (let i = 0; i < 50; i++) {
      from.say(block.slice());
      await settled();
      copy.look(() => {});
    }
    from.say("the end");
    from.end();
    const rest = await copy.rest(false);
    expect(rest.endsWith("the end")).toBe(true);
    expect(rest.length).toBeGreaterThanOrEqual(TAIL_BYTES);
    expect(rest.length).toBeLessThan(2 * TAIL_BYTES);
    expect([copy.truncated, copy.size]).toEqual([true, 500_007]);
  });
});

test("whoever takes all of it meets what broke it, after what came before", async () => {
  const { from, copy } = copied();
  from.say("a");
  expect(new TextDecoder().decode(await copy.next())).toBe("a");
  const next = copy.next();
  from.breakOff();
  await expect(next).rejects.toThrow("connection reset");
});
