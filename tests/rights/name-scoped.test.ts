/** Somebody whose bindings name single resources: what they reach is that, by whatever it is called, and nothing else. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { personWith } from "../harness/people.ts";
import { verifies } from "../requirements.ts";

let edge: TestEdge;
let admin: Api;
let limited: Api;
/** By name. */
const ids: Record<string, string> = {};

const page = z.object({ items: z.array(z.looseObject({ name: z.string() })), continue: z.string().optional() });

beforeAll(async () => {
  edge = await startEdge();
  admin = apiOf(edge.url, (await edge.bootstrap()).token);
  for (const name of ["a", "b", "c", "d", "e"])
    ids[name] = String((await admin.create("groups", { name, description: `group ${name}` }))["id"]);
  limited = await personWith(admin, "limited", [
    { role: "view", resource: "groups", name: "b" },
    { role: "edit", resource: "groups", name: "d" },
    { role: "run", resource: "groups", name: "e" },
  ]);
});

afterAll(() => edge?.stop());

const status = async (method: string, at: string, body?: unknown) =>
  (await limited.call(method, `/api/v1/groups/${at}`, body)).status;

describe("a resource", () => {
  test(verifies("rbac.names-and-ids", "is reached by name and by id alike"), async () => {
    expect([await status("GET", "b"), await status("GET", ids["b"] ?? "")]).toEqual([200, 200]);
    expect([await status("GET", "a"), await status("GET", ids["a"] ?? "")]).toEqual([403, 403]);
    expect([await status("HEAD", "b"), await status("HEAD", ids["a"] ?? "")]).toEqual([200, 403]);
  });

  test(verifies("rbac.names-and-ids", "is changed by name and by id only where the binding says edit"), async () => {
    const change = { description: "changed" };
    expect([await status("PATCH", "d", change), await status("PATCH", ids["d"] ?? "", change)]).toEqual([200, 200]);
    expect([await status("PATCH", "b", change), await status("PATCH", ids["b"] ?? "", change)]).toEqual([403, 403]);
    expect([await status("DELETE", "b"), await status("DELETE", ids["b"] ?? "")]).toEqual([403, 403]);
  });

  test("that somebody may run is not shown to them for that", async () => {
    expect(await status("GET", "e")).toBe(403);
  });
});

describe("a list of resources", () => {
  test(verifies("rbac.filtered-lists", "holds what the bindings name, and no more"), async () => {
    const { items } = page.parse(await limited.read("/api/v1/groups"));
    expect(items.map((i) => i.name)).toEqual(["b", "d"]);
    expect((await limited.call("GET", "/api/v1/users")).status).toBe(403);
  });

  test(verifies("rbac.filtered-lists", "has full pages of what can be seen"), async () => {
    const first = page.parse(await limited.read("/api/v1/groups?limit=1"));
    expect(first.items.map((i) => i.name)).toEqual(["b"]);
    const second = page.parse(
      await limited.read(`/api/v1/groups?limit=1&continue=${encodeURIComponent(first.continue ?? "")}`),
    );
    expect(second.items.map((i) => i.name)).toEqual(["d"]);
    expect(second.continue).toBeUndefined();
  });

  test("is not widened by asking for a name", async () => {
    expect(page.parse(await limited.read("/api/v1/groups?name=a")).items).toEqual([]);
  });
});
