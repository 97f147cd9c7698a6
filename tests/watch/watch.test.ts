/** `?watch=true` through the real Worker: what is there, what comes, and where it goes on. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { clientOf, type Send } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { rows } from "../harness/rows.ts";
import { atRest } from "../harness/statements.ts";
import { verifies } from "../requirements.ts";
import { type Seen, type Watching, watching } from "./reader.ts";

let edge: TestEdge;
let send: Send;
let root: string;
const open: Watching[] = [];

beforeAll(async () => {
  // In a store of its own: transactions of other databases of a server show in its snapshots, and count as not yet ended.
  edge = await startEdge({ embedded: true });
  send = clientOf(edge.url);
  root = (await edge.bootstrap()).token;
});
afterAll(() => edge.stop());
afterEach(() => {
  for (const w of open.splice(0)) w.leave();
});

const watch = async (path: string, headers: Record<string, string> = {}, token = root) => {
  const w = await watching(edge.url, token, path, headers);
  open.push(w);
  return w;
};
const put = async (method: string, path: string, body?: unknown) => {
  const answer = await send(method, path, { token: root, ...(body === undefined ? {} : { body }) });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
};
const llm = (name: string, more: Record<string, unknown> = {}) =>
  put("POST", "/api/v1/llms", { name, type: "ollama", model: "m", url: "http://127.0.0.1:9", ...more });
const patch = (name: string, change: unknown) => put("PATCH", `/api/v1/llms/${name}`, change);
const remove = (name: string) => put("DELETE", `/api/v1/llms/${name}`);
const versionOf = async (path: string) => z.string().parse((await put("GET", path))["resourceVersion"]);

describe("a watch", () => {
  test(verifies("watch.events", "begins with what is there, says so, and goes on with what changes"), async () => {
    await llm("first");
    const w = await watch("/api/v1/llms?watch=true");
    expect(await w.tells(2)).toEqual(["ADDED first", "BOOKMARK"]);
    expect(w.events[1]?.object).toMatchObject({ kind: "llm", initialEventsEnd: true });
    expect(w.events[0]?.object).toEqual(await put("GET", "/api/v1/llms/first"));
    await llm("second");
    const changed = await patch("second", { description: "changed" });
    await remove("second");
    await remove("first");
    expect((await w.tells(6)).slice(2)).toEqual(["ADDED second", "MODIFIED second", "DELETED second", "DELETED first"]);
    expect(w.events[3]?.object).toEqual(changed);
    const gone = w.events[4]?.object;
    expect(gone).toMatchObject({ description: "changed", status: { state: "active" } });
    expect(Number(gone?.["resourceVersion"])).toBeGreaterThan(Number(changed["resourceVersion"]));
  });

  test(
    verifies("watch.resume", "resumes from a list, an event, a bookmark, and the version of a resource"),
    async () => {
      const list = await versionOf("/api/v1/llms");
      const created = await llm("resumed");
      const from = (version: unknown) => watch(`/api/v1/llms?watch=true&resourceVersion=${version}`);
      const w = await from(list);
      expect(await w.tells(1)).toEqual(["ADDED resumed"]);
      await patch("resumed", { description: "2" });
      await patch("resumed", { description: "3" });
      await w.tells(3);
      w.leave();
      await remove("resumed");
      const afterFirst = ["MODIFIED resumed", "MODIFIED resumed", "DELETED resumed"];
      for (const version of [w.events[0]?.id, created["resourceVersion"]]) {
        const again = await from(version);
        expect((await again.tells(3)).slice(-3)).toEqual(afterFirst);
        expect(again.events.at(-2)?.object["description"]).toBe("3");
      }
      const byHeader = await watch(`/api/v1/llms?watch=true&resourceVersion=${list}`, {
        "last-event-id": String(w.events[2]?.id),
      });
      expect(await byHeader.tells(1)).toEqual(["DELETED resumed"]);
      const all = await watch("/api/v1/llms?watch=true");
      const end = await all.tells(1);
      const fromBookmark = await from(all.events[end.length - 1]?.object["resourceVersion"]);
      await llm("later");
      expect(await fromBookmark.tells(1)).toEqual(["ADDED later"]);
      await remove("later");
    },
  );

  test("shows a client that comes back only what it missed, however much else is written", async () => {
    const from = await versionOf("/api/v1/llms");
    await llm("other");
    const w = await watch(`/api/v1/llms?watch=true&name=mine&resourceVersion=${from}`);
    await patch("other", { description: "elsewhere" });
    await llm("mine");
    expect(await w.tells(1)).toEqual(["ADDED mine"]);
    for (const name of ["other", "mine"]) await remove(name);
  });

  test(verifies("watch.selectors", "shows what begins to match as new, and what ends to match as gone"), async () => {
    const labelled = await watch("/api/v1/llms?watch=true&labelSelector=team%3Dred,!hidden");
    const fields = await watch("/api/v1/llms?watch=true&fieldSelector=tier%3Dheavy");
    const prefix = await watch("/api/v1/llms?watch=true&name=se");
    await Promise.all([labelled, fields, prefix].map((w) => w.tells(1)));
    await llm("selected", { labels: { team: "blue" } });
    await patch("selected", { labels: { team: "red" } });
    await patch("selected", { tier: "heavy" });
    await patch("selected", { labels: { hidden: "yes" }, tier: "fast" });
    await remove("selected");
    const past = ["ADDED selected", "MODIFIED selected", "MODIFIED selected", "MODIFIED selected", "DELETED selected"];
    expect((await prefix.tells(6)).slice(1)).toEqual(past);
    expect((await labelled.tells(4)).slice(1)).toEqual(["ADDED selected", "MODIFIED selected", "DELETED selected"]);
    expect((await fields.tells(3)).slice(1)).toEqual(["ADDED selected", "DELETED selected"]);
    const gone = labelled.events[3]?.object;
    expect(gone).toMatchObject({ labels: { team: "red" }, tier: "heavy" });
    expect(gone?.["resourceVersion"]).toBe(prefix.events[4]?.object["resourceVersion"]);
  });

  test("shows what is deleted with its parent", async () => {
    await put("POST", "/api/v1/projects", { name: "short-lived" });
    const nested = await watch("/api/v1/projects/short-lived/mcptokens?watch=true");
    const other = await watch("/api/v1/mcptokens?watch=true&project=default");
    await Promise.all([nested.tells(1), other.tells(1)]);
    const token = { name: "t", project: "short-lived", bindings: [{ role: "view", resource: "llms" }] };
    const made = await put("POST", "/api/v1/mcptokens", token);
    await put("DELETE", `/api/v1/mcptokens/t?project=short-lived`);
    expect((await nested.tells(3)).slice(1)).toEqual(["ADDED t", "DELETED t"]);
    expect(JSON.stringify(nested.events)).not.toContain(String(made["token"]));
    await put("POST", "/api/v1/mcptokens", { name: "goes-along", project: "short-lived" });
    await put("POST", "/api/v1/mcptokens/goes-along/revoke?project=short-lived");
    await put("DELETE", "/api/v1/projects/short-lived");
    const way = ["ADDED goes-along", "MODIFIED goes-along", "DELETED goes-along"];
    expect((await nested.tells(6)).slice(3)).toEqual(way);
    await put("POST", "/api/v1/mcptokens", { name: "here", project: "default" });
    expect((await other.tells(2)).slice(1)).toEqual(["ADDED here"]);
  });

  test("follows a list below any resource that its items name", async () => {
    await put("POST", "/api/v1/projects", { name: "below" });
    const w = await watch("/api/v1/projects/below/prompts?watch=true");
    expect(await w.tells(1)).toEqual(["BOOKMARK"]);
    await put("POST", "/api/v1/prompts", { name: "elsewhere", content: "x" });
    await put("POST", "/api/v1/prompts", { name: "in-it", content: "x", project: "below" });
    await put("PATCH", "/api/v1/prompts/elsewhere", { project: "below" });
    await put("PATCH", "/api/v1/prompts/in-it", { project: null });
    await put("DELETE", "/api/v1/projects/below");
    expect((await w.tells(5)).slice(1)).toEqual([
      "ADDED in-it",
      "ADDED elsewhere",
      "DELETED in-it",
      "DELETED elsewhere",
    ]);
    await put("DELETE", "/api/v1/prompts/in-it");
  });

  test("misses and repeats nothing of what many write at once", async () => {
    const base = await versionOf("/api/v1/llms");
    const w = await watch(`/api/v1/llms?watch=true&resourceVersion=${base}`);
    const names = Array.from({ length: 12 }, (_, i) => `many-${i}`);
    await Promise.all(
      names.map(async (name, i) => {
        await llm(name);
        await Promise.all([1, 2, 3].map((n) => patch(name, { labels: { [`l${n}`]: "x" } })));
        if (i % 2) await remove(name);
      }),
    );
    await w.tells(12 * 4 + 6);
    const late = await watch(`/api/v1/llms?watch=true&resourceVersion=${base}`);
    await late.tells(12 * 4 + 6);
    for (const { events } of [w, late]) {
      expect(events).toHaveLength(12 * 4 + 6);
      expect(new Set(events.map((e) => e.object["resourceVersion"])).size).toBe(events.length);
      for (const [i, name] of names.entries()) {
        const own = events.filter((e) => e.object["name"] === name);
        const versions = own.map((e) => Number(e.object["resourceVersion"]));
        expect(versions).toEqual([...versions].sort((a, b) => a - b));
        expect(own.map((e) => e.type)).toEqual([
          "ADDED",
          "MODIFIED",
          "MODIFIED",
          "MODIFIED",
          ...(i % 2 ? ["DELETED"] : []),
        ]);
        expect(own.at(-1)?.object["labels"]).toEqual({ l1: "x", l2: "x", l3: "x" });
      }
    }
    // Wherever it is cut, it goes on with the next: of what was written at the same time in any order, of one resource in its own.
    const byName = (events: readonly Seen[]) =>
      names.map((name) =>
        events.filter((e) => e.object["name"] === name).map(({ type, object }) => ({ type, object })),
      );
    for (const at of [0, 7, 30]) {
      const rest = await watch(`/api/v1/llms?watch=true&resourceVersion=${w.events[at]?.id}`);
      await rest.tells(w.events.length - at - 1);
      expect(byName(rest.events)).toEqual(byName(w.events.slice(at + 1)));
    }
    for (const [i, name] of names.entries()) if (i % 2 === 0) await remove(name);
  });

  test("shows what was written to the store directly", async () => {
    const w = await watch("/api/v1/llms?watch=true");
    await w.tells(1);
    for (const sql of [
      "insert into llm (id, name, spec) values ('raw1', 'raw', '{}')",
      "update llm set spec = '{\"model\": \"x\"}' where id = 'raw1'",
      "update llm set labels = '{\"a\": \"b\"}', revision = nextval('revision') where id = 'raw1'",
      "delete from llm where id = 'raw1'",
    ])
      await rows(edge.databaseUrl, sql);
    expect((await w.tells(4)).slice(1)).toEqual(["ADDED raw", "MODIFIED raw", "DELETED raw"]);
  });
});

describe("a watch refuses", () => {
  test.each([
    ["watch=maybe", "watch"],
    ["watch=true&limit=5", "limit"],
    ["watch=true&sort=name", "sort"],
    ["watch=true&resourceVersion=nonsense", "resourceVersion"],
    ["resourceVersion=5", "resourceVersion"],
  ])("%s", async (query, param) => {
    const answer = await send("GET", `/api/v1/llms?${query}`, { token: root });
    expect(answer.status).toBe(400);
    expect(answer.body["detail"]).toContain(param);
  });

  test(verifies("watch.expired", "a position that is too old with 410, and a list gives a new one"), async () => {
    const old = await versionOf("/api/v1/llms");
    const created = await llm("forgotten");
    await rows(edge.databaseUrl, "update change set at = at - interval '2 hours'");
    await edge.trigger("*/5 * * * *");
    expect(await rows(edge.databaseUrl, "select from change")).toHaveLength(0);
    for (const version of [old, created["resourceVersion"]]) {
      const w = await watch(`/api/v1/llms?watch=true&resourceVersion=${version}`);
      expect(w).toMatchObject({ status: 410, refusal: { code: "expired" } });
    }
    const w = await watch(`/api/v1/llms?watch=true&resourceVersion=${await versionOf("/api/v1/llms")}`);
    expect(w.status).toBe(200);
    await remove("forgotten");
    expect(await w.tells(1)).toEqual(["DELETED forgotten"]);
  });

  test("a HEAD, which would never end", async () => {
    const answer = await send("HEAD", "/api/v1/llms?watch=true", { token: root });
    expect(answer.status).toBe(405);
  });
});

describe("a watch over an edge that", () => {
  test(verifies("watch.restart", "is killed shows each write of the gap once when the client comes back"), async () => {
    const w = await watch("/api/v1/llms?watch=true");
    await llm("before");
    const told = await w.tells(2);
    await edge.kill();
    await w.ended;
    const sql = "insert into llm (id, name, spec) values";
    await rows(edge.databaseUrl, `${sql} ('g1', 'gap-1', '{}'), ('g2', 'gap-2', '{}')`);
    await rows(edge.databaseUrl, "delete from llm where id = 'g2'");
    await edge.restart();
    const back = await watch("/api/v1/llms?watch=true", { "last-event-id": String(w.events[told.length - 1]?.id) });
    expect((await back.tells(3)).sort()).toEqual(["ADDED gap-1", "ADDED gap-2", "DELETED gap-2"]);
    await remove("gap-1");
    await remove("before");
    expect((await back.tells(5)).slice(3)).toEqual(["DELETED gap-1", "DELETED before"]);
  });

  test("nobody watches any more costs the store nothing", async () => {
    for (const w of open.splice(0)) w.leave();
    await llm("unwatched");
    // While somebody watches, it looks every 10 s by itself.
    await atRest(edge, 11_000);
  });
});
