/** `?apply=true`: whom a field belongs to, over a real edge and both stores' transactions. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { rows } from "../harness/rows.ts";
import { verifies } from "../requirements.ts";

let edge: TestEdge;
let api: Api;

beforeAll(async () => {
  edge = await startEdge();
  api = apiOf(edge.url, (await edge.bootstrap()).token);
});
afterAll(() => edge?.stop());

const model = { type: "vllm", model: "m", url: "http://127.0.0.1:9" };
const put = (name: string, body: unknown, query = "apply=true") =>
  api.call("PUT", `/api/v1/llms/${name}?${query}`, body);
const outcome = (answer: Awaited<ReturnType<typeof put>>) => [answer.status, answer.headers.get("mcpctl-outcome")];

describe("server-side apply", () => {
  test(verifies("apply.three-way", "keeps which fields it set, and nothing of what is in them"), async () => {
    const made = await api.call("POST", "/api/v1/secrets?apply=true", {
      name: "kept",
      data: { k: "canary-value" },
      labels: { team: "a" },
      description: null,
    });
    expect(outcome(made)).toEqual([201, "created"]);
    expect(made.body).toMatchObject({ applied: ["data", "labels.team", "name"] });
    const stored = await rows(edge.databaseUrl, "select applied::text as applied from secret where name = 'kept'");
    expect(JSON.stringify(stored)).not.toContain("canary-value");
  });

  test("removes what it had set, and leaves what others have set", async () => {
    await api.call("POST", "/api/v1/llms?apply=true", {
      name: "fields",
      ...model,
      description: "d",
      labels: { a: "1" },
    });
    await api.call("PATCH", "/api/v1/llms/fields", { contextWindow: 10, labels: { b: "2" } });
    const next = await put("fields", { ...model, tier: "heavy" });
    expect(outcome(next)).toEqual([200, "changed"]);
    expect(next.body).toMatchObject({ tier: "heavy", contextWindow: 10, labels: { b: "2" } });
    expect(next.body).not.toHaveProperty("description");
    expect(next.body).toMatchObject({ applied: ["model", "name", "tier", "type", "url"] });
  });

  test("no longer owns a field that somebody else removes, and still owns one that they change", async () => {
    await api.call("POST", "/api/v1/llms?apply=true", { name: "others", ...model, description: "d", contextWindow: 1 });
    const edited = await put("others", { ...model, contextWindow: 2 }, "");
    expect(edited.body).toMatchObject({ applied: ["contextWindow", "model", "name", "type", "url"] });
    const next = await put("others", model);
    expect(next.body).not.toHaveProperty("contextWindow");
  });

  test("takes over a resource that already says the same, in a version of its own", async () => {
    const made = await api.create("groups", { name: "taken", description: "d" });
    const before = await api.call("GET", "/api/v1/groups/taken");
    const dry = await api.call("PUT", "/api/v1/groups/taken?apply=true&dryRun=true", { description: "d" });
    expect([...outcome(dry), (dry.body as { applied: string[] }).applied]).toEqual([200, "unchanged", []]);
    const taken = await api.call("PUT", "/api/v1/groups/taken?apply=true", { description: "d" });
    expect(outcome(taken)).toEqual([200, "unchanged"]);
    expect(taken.body).toMatchObject({ applied: ["description", "name"], updatedAt: made["updatedAt"] });
    expect(taken.headers.get("etag")).not.toBe(before.headers.get("etag"));
    const again = await api.call("PUT", "/api/v1/groups/taken?apply=true", { description: "d" });
    expect(again.headers.get("etag")).toBe(taken.headers.get("etag"));
  });

  test("by many at once loses nobody's fields", async () => {
    await api.create("llms", { name: "crowded", ...model });
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => put("crowded", { ...model, labels: { [`by-${i}`]: "yes" } })),
    );
    expect(answers.map((a) => a.status)).toEqual(answers.map(() => 200));
    // One after the other in some order: each takes away what the one before had set, and sets its own.
    const { labels, applied } = (await api.read("/api/v1/llms/crowded")) as { labels: object; applied: string[] };
    expect(Object.keys(labels)).toHaveLength(1);
    expect(applied.filter((p) => p.startsWith("labels."))).toEqual([`labels.${Object.keys(labels)[0]}`]);
    // Somebody who patches meanwhile loses nothing either.
    await Promise.all([
      ...Array.from({ length: 4 }, (_, i) => put("crowded", { ...model, tier: i % 2 ? "fast" : "heavy" })),
      ...Array.from({ length: 4 }, (_, i) =>
        api.call("PATCH", "/api/v1/llms/crowded", { labels: { [`theirs-${i}`]: "yes" } }),
      ),
    ]);
    const kept = ((await api.read("/api/v1/llms/crowded")) as { labels: object }).labels;
    expect(Object.keys(kept).sort()).toEqual(["theirs-0", "theirs-1", "theirs-2", "theirs-3"]);
  });

  test("refuses a stale If-Match, as any other write does", async () => {
    await api.create("groups", { name: "seen" });
    const stale = await api.call("PUT", "/api/v1/groups/seen?apply=true", { description: "x" }, { "if-match": '"1"' });
    expect(stale.status).toBe(412);
  });

  test.each<[string, string, unknown, number, string]>([
    ["PUT", "/api/v1/llms/fields?apply=maybe", model, 400, "apply: expected true or false"],
    ["PATCH", "/api/v1/llms/fields?apply=true", {}, 400, "There is no query parameter"],
    ["PUT", "/api/v1/llms/fields?apply=true", { ...model, tyer: "fast" }, 400, "tyer"],
    ["PUT", "/api/v1/llms/fields?apply=true", { ...model, timeouts: { idel: 1 } }, 400, "timeouts.idel"],
    ["PUT", "/api/v1/llms/fields?apply=true", { type: "vllm" }, 400, "model"],
    ["PUT", "/api/v1/llms/fields?apply=true", { ...model, name: "other" }, 400, "a name can't be changed"],
    ["PUT", "/api/v1/secrets/kept?apply=true", { data: null }, 400, "can't be removed"],
    ["PUT", "/api/v1/llms/fields?apply=true", [1], 400, "expected an object"],
    ["PUT", "/api/v1/llms/fields?apply=true", '{"__proto__": {"a": 1}}', 400, "__proto__"],
    ["POST", "/api/v1/llms?apply=true", model, 400, "name"],
    ["POST", "/api/v1/llms?apply=true", { name: "fields", ...model }, 409, "already"],
  ])("%s %s %j is %i", async (method, path, body, status, said) => {
    const answer = await api.call(method, path, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    expect(JSON.stringify(answer.body)).toContain(said);
  });
});
