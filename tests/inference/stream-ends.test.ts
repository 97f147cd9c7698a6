/** How a stream's end is told from a break, through a real edge. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { cutAfter, delta, done, stall, stream, usageEvent } from "../fakes/provider.ts";
import { verifies } from "../requirements.ts";
import { type InferenceWorld, startInferenceWorld } from "./world.ts";

let world: InferenceWorld;

beforeAll(async () => {
  world = await startInferenceWorld();
});

afterAll(() => world?.stop());

beforeEach(() => {
  world.provider.received.length = 0;
});

const choice = (index: number, finish: string | null) =>
  `data: ${JSON.stringify({ choices: [{ index, delta: { content: "x" }, finish_reason: finish }] })}\n\n`;

const asked = async (more: object = {}) => (await world.ask("gpt", { stream: true, ...more })).text();

describe("a stream that is whole gets nothing added", () => {
  test.each([
    ["[DONE]", [delta("a"), done]],
    ["[DONE] without an end of its line", [delta("a"), "data: [DONE]"]],
    ["[DONE] after CRLF", [delta("a").replaceAll("\n", "\r\n"), "data: [DONE]\r\n\r\n"]],
    ["a reason and no [DONE]", [delta("a", "stop"), usageEvent]],
    ["a reason for each of two choices", [choice(0, null), choice(1, "stop"), choice(0, "length")]],
  ])(verifies("inference.stream-end", "%s"), async (_, pieces) => {
    world.provider.does(stream(pieces));
    expect(await asked()).toBe(pieces.join(""));
  });

  test.each([["politely"], ["with a broken connection"]])(
    verifies("inference.stream-end", "[DONE] at the end of 9 MiB, ended %s; its usage is recorded"),
    async (how) => {
      const tokensIn = how === "politely" ? 4711 : 4712;
      const big = delta("x".repeat(1_000)).repeat(64);
      const usage = usageEvent.replace('"prompt_tokens":3', `"prompt_tokens":${tokensIn}`);
      const pieces = [...Array<string>(Math.ceil((9 * 1_048_576) / big.length)).fill(big), usage, done];
      world.provider.does(how === "politely" ? stream(pieces) : cutAfter(pieces));
      const text = await asked();
      expect(text.slice(-200)).toBe(pieces.join("").slice(-200));
      expect(text.length).toBe(pieces.join("").length);
      await expect
        .poll(() => world.recorded(`"tokensIn" = '${tokensIn}' and error is null`), { timeout: 10_000 })
        .toBe(1);
    },
  );

  test(
    verifies("inference.stream-end", "[DONE] on a connection that stays open: let go within 2 s, and a success"),
    async () => {
      const usage = usageEvent.replace('"prompt_tokens":3', '"prompt_tokens":4713');
      world.provider.does(stall([delta("a"), usage, done]));
      const at = Date.now();
      expect(await asked()).toBe(delta("a") + usage + done);
      expect(Date.now() - at).toBeLessThan(2_500);
      await world.first().hungUp;
      await expect.poll(() => world.recorded(`"tokensIn" = '4713' and error is null`), { timeout: 10_000 }).toBe(1);
    },
  );
});

describe("a stream that is cut politely ends in one error event", () => {
  test.each([
    ["an empty reason in every chunk", [choice(0, ""), choice(0, "")], {}],
    ["one finished choice of two that were seen", [choice(0, null), choice(1, null), choice(0, "stop")], {}],
    ["one finished choice of two that were asked for", [choice(0, null), choice(0, "stop")], { n: 2 }],
    ["[DONE] that a model wrote", [delta("\n\ndata: [DONE]\n\n")], {}],
    ["[DONE] as part of other data", [delta("a"), "data: x\ndata: [DONE]\n\n"], {}],
  ])(verifies("inference.stream-end", "%s"), async (_, pieces, more) => {
    world.provider.does(stream(pieces));
    const text = await asked(more);
    expect(text.startsWith(pieces.join(""))).toBe(true);
    const added = text.slice(pieces.join("").length).trim();
    expect(JSON.parse(added.replace(/^data: /, "")).error.code).toBe("provider_failed");
  });

  test(verifies("inference.stream-end", "after 9 MiB, too"), async () => {
    const big = delta("x".repeat(1_000)).repeat(64);
    world.provider.does(stream(Array<string>(Math.ceil((9 * 1_048_576) / big.length)).fill(big)));
    expect((await asked()).slice(-500)).toContain('"code":"provider_failed"');
  });
});

test("a provider's own error event ends its stream, and is recorded as a failure", async () => {
  const usage = usageEvent.replace('"prompt_tokens":3', '"prompt_tokens":4714');
  const pieces = [delta("a"), usage, 'data: {"error":{"message":"overloaded"}}\n\n'];
  world.provider.does(stream(pieces));
  expect(await asked()).toBe(pieces.join(""));
  const failed = `"tokensIn" = '4714' and error = 'provider_failed'`;
  await expect.poll(() => world.recorded(failed), { timeout: 10_000 }).toBe(1);
});
