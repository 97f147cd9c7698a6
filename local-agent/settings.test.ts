import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Failure } from "./failure.ts";
import { type Flags, publicationOf, targetOf } from "./settings.ts";

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "mcplocal-settings-"));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const around = (env: Record<string, string> = {}) => ({ env: { MCPCTL_HOME: home, ...env }, home });
const exit = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error.exit;
    throw error;
  }
  return 0;
};
const url = "http://127.0.0.1:11434/v1";

describe("what is published", () => {
  test("flags come before the environment, which comes before the file", () => {
    const config = { publish: [{ url, model: "from-file" }] };
    const name = (flags: Flags, env = {}) => publicationOf(flags, config, around(env)).models.map((m) => m.name);
    expect(name({})).toEqual(["from-file"]);
    const env = { MCPLOCAL_URL: url, MCPLOCAL_MODEL: "from-env, second" };
    expect(name({}, env)).toEqual(["from-env", "second"]);
    expect(name({ model: ["from-flag"] }, env)).toEqual(["from-flag"]);
  });

  test("models that would share a name by themselves get two; names that were given must differ", () => {
    const config = {
      publish: [
        { url, model: "llama3" },
        { url: "http://127.0.0.1:1234", model: "llama3" },
      ],
    };
    expect(publicationOf({}, config, around())).toMatchObject({
      models: [
        { name: "llama3", slots: 1 },
        { name: "llama3-2", slots: 1 },
      ],
    });
    expect(exit(() => publicationOf({ url, model: ["a", "b"], name: ["x", "x"] }, {}, around()))).toBe(2);
  });

  test("whether a server may choose the model is published as the file says it, and else not said", () => {
    const said = (more: { providerMayChoose?: boolean }) =>
      publicationOf({}, { publish: [{ url, model: "m", ...more }] }, around()).models[0]?.providerMayChoose;
    expect([said({ providerMayChoose: true }), said({ providerMayChoose: false }), said({})]).toEqual([
      true,
      false,
      undefined,
    ]);
  });

  test("slots are each model's own, one after the other or one for all, with an optional total", () => {
    const config = {
      publish: [
        { url, model: "a", slots: 2 },
        { url, model: "b" },
      ],
      totalSlots: 8,
    };
    const slots = (flags: Flags, env = {}) => {
      const { models, totalSlots } = publicationOf(flags, config, around(env));
      return [models.map((m) => m.slots), totalSlots];
    };
    expect(slots({})).toEqual([[2, 1], 8]);
    expect(slots({}, { MCPLOCAL_SLOTS: "5", MCPLOCAL_TOTAL_SLOTS: "6" })).toEqual([[5, 5], 6]);
    expect(slots({ slots: [1, 3], totalSlots: 2 }, { MCPLOCAL_SLOTS: "5" })).toEqual([[1, 3], 2]);
    expect(slots({ url, model: ["x", "y", "z"] }, { MCPLOCAL_SLOTS: "1, 2,3" })).toEqual([[1, 2, 3], 8]);
    for (const flags of [{ slots: [1, 2, 3] }, { url, model: ["x"], slots: [1, 2] }])
      expect(exit(() => publicationOf(flags, config, around()))).toBe(2);
    for (const env of [{ MCPLOCAL_SLOTS: "0" }, { MCPLOCAL_TOTAL_SLOTS: "many" }])
      expect(exit(() => publicationOf({}, config, around(env)))).toBe(2);
  });

  test("a model server's endpoints are where its URL says", () => {
    const base = (said: string) => publicationOf({ url: said, model: ["m"] }, {}, around()).models[0]?.base;
    expect(base("http://127.0.0.1:11434/")).toEqual({ root: "http://127.0.0.1:11434/v1", query: "" });
    expect(base("http://gpu/api/v3?a=1")).toEqual({ root: "http://gpu/api/v3", query: "?a=1" });
  });

  test("what is incomplete or can't be is a usage error", () => {
    for (const flags of [
      {},
      { url },
      { model: ["m"] },
      { url: "ftp://x", model: ["m"] },
      { url: "http://x/v1?api_key=s", model: ["m"] },
      { url: "http://x/v1#s", model: ["m"] },
      { url, model: ["模型"] },
      { url, model: ["a", "b"], name: ["x"] },
    ])
      expect(
        exit(() => publicationOf(flags, {}, around())),
        JSON.stringify(flags),
      ).toBe(2);
  });
});

describe("where it is published", () => {
  test("the current context serves, and its credential goes nowhere else", async () => {
    writeFileSync(
      join(home, "contexts.yaml"),
      JSON.stringify({ currentContext: "c", contexts: { c: { edge: "https://edge.example/", token: "t" } } }),
    );
    const target = await targetOf({}, {}, around());
    expect([target.edge, await target.bearer()]).toEqual(["https://edge.example", "t"]);
    await expect(targetOf({ edge: "https://other.example" }, {}, around())).rejects.toMatchObject({ exit: 4 });
    const env = around({ MCPCTL_EDGE: "https://env.example", MCPCTL_TOKEN: "e" });
    const fromEnv = await targetOf({}, { token: "f" }, env);
    expect([fromEnv.edge, await fromEnv.bearer()]).toEqual(["https://env.example", "e"]);
    expect(await (await targetOf({ token: "flag" }, {}, env)).bearer()).toBe("flag");
  });

  test("a token is sent without the line end behind it, and refused where it can't be sent", async () => {
    const target = (token: string) =>
      targetOf({}, {}, around({ MCPCTL_EDGE: "https://e.example", MCPCTL_TOKEN: token }));
    expect(await (await target("mcpctl_1\r\n")).bearer()).toBe("mcpctl_1");
    for (const token of ["mcpctl\n_1", "\uFEFFmcpctl_1", "mcpctl_1\u200B"])
      await expect(target(token)).rejects.toThrow(/^The token can't be sent: it holds an? [a-z -]+ at position \d+\./);
  });

  test("a variable that is set to nothing counts as not set", async () => {
    const target = await targetOf({}, { edge: "https://edge.example" }, around({ MCPCTL_EDGE: "", MCPCTL_TOKEN: "" }));
    expect([target.edge, await target.bearer()]).toEqual(["https://edge.example", "t"]);
    const none = around({ MCPLOCAL_URL: "", MCPLOCAL_MODEL: "", MCPLOCAL_NAME: "", MCPLOCAL_SLOTS: "" });
    expect(publicationOf({}, { publish: [{ url, model: "m" }] }, none).models).toHaveLength(1);
  });

  test("without an edge it is a usage error", async () => {
    await expect(targetOf({}, {}, { env: { MCPCTL_HOME: join(home, "none") }, home })).rejects.toMatchObject({
      exit: 2,
    });
  });
});
