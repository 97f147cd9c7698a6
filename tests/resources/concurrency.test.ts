/** Nobody overwrites what they have not seen, however they say what they have seen. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { verifies } from "../requirements.ts";

let edge: TestEdge;
let api: Api;
const at = "/api/v1/groups/g";

beforeAll(async () => {
  edge = await startEdge();
  api = apiOf(edge.url, (await edge.bootstrap()).token);
  await api.create("groups", { name: "g", description: "0" });
});
afterAll(() => edge?.stop());

let n = 0;
const body = (more: Record<string, unknown> = {}) => ({ name: "g", description: String(++n), ...more });
const write = async (method: string, document: unknown, headers: Record<string, string> = {}) =>
  (await api.call(method, at, document, headers)).status;
const version = async () => String((await api.read(at))["resourceVersion"]);

describe("a write", () => {
  test(
    verifies("resources.lost-update", "with the version of a document that is old is refused, in PUT and PATCH"),
    async () => {
      const old = await version();
      expect(await write("PUT", body({ resourceVersion: old }))).toBe(200);
      for (const method of ["PUT", "PATCH"]) expect(await write(method, body({ resourceVersion: old }))).toBe(412);
      const answer = await api.call("PUT", at, body({ resourceVersion: old }));
      expect(answer.body).toMatchObject({ code: "lost_update", hint: expect.stringContaining(await version()) });
      expect(await write("PATCH", body({ resourceVersion: await version() }))).toBe(200);
      expect(await write("PUT", body({ resourceVersion: "" }))).toBe(200);
      expect(await write("PUT", body())).toBe(200);
      expect(await write("PUT", body({ resourceVersion: 5 }))).toBe(400);
    },
  );

  test("of what was read goes through as it was, and changes nothing", async () => {
    const shown = await api.read(at);
    expect(await write("PUT", shown)).toBe(200);
    expect(await version()).toBe(shown["resourceVersion"]);
  });

  test("takes If-Match with one tag, several, weak ones, and any", async () => {
    for (const tags of [(v: string) => `"${v}"`, (v: string) => `"1", W/"${v}"`, () => "*"])
      expect(await write("PUT", body(), { "if-match": tags(await version()) })).toBe(200);
    expect(await write("PUT", body(), { "if-match": '"1", "2"' })).toBe(412);
    expect(await write("DELETE", undefined, { "if-match": '"1"' })).toBe(412);
  });

  test("with If-None-Match: * is refused where something is there, and creates nothing where not", async () => {
    expect(await write("PUT", body(), { "if-none-match": "*" })).toBe(412);
    const none = await api.call("PUT", "/api/v1/groups/none", { name: "none" }, { "if-none-match": "*" });
    expect(none.status).toBe(404);
  });

  test("of many at once with the same version succeeds for one", async () => {
    const seen = await version();
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        i % 2 ? write("PUT", body({ resourceVersion: seen })) : write("PATCH", body(), { "if-match": `"${seen}"` }),
      ),
    );
    expect(all.filter((s) => s === 200)).toHaveLength(1);
    expect(all.filter((s) => s === 412)).toHaveLength(7);
  });
});

test("a read with If-None-Match answers 304 for any matching tag, weak ones too", async () => {
  const v = await version();
  const read = async (tag: string) => (await api.call("GET", at, undefined, { "if-none-match": tag })).status;
  for (const tag of [`"${v}"`, `W/"${v}"`, `"1", "${v}"`, "*"]) expect(await read(tag), tag).toBe(304);
  for (const tag of ['"1"', ""]) expect(await read(tag), tag).toBe(200);
});
