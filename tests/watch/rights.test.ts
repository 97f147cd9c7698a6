/** Who may see what of a watch, for as long as it is open; and what a client that reads badly costs. */
import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { apiOf, clientOf, type Send } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { personWith } from "../harness/people.ts";
import { rows } from "../harness/rows.ts";
import { verifies } from "../requirements.ts";
import { type Watching, watching } from "./reader.ts";

const REVOKED_WITHIN_MS = 5_000;

let edge: TestEdge;
let send: Send;
let root: string;
const open: Watching[] = [];

beforeAll(async () => {
  edge = await startEdge();
  send = clientOf(edge.url);
  root = (await edge.bootstrap()).token;
  for (const name of ["mine", "other"]) await write("POST", "/api/v1/llms", { ...llm, name });
});
afterAll(() => edge.stop());
afterEach(() => {
  for (const w of open.splice(0)) w.leave();
});

const llm = { type: "ollama", model: "m", url: "http://127.0.0.1:9" };
async function write(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await send(method, path, { token: root, ...(body === undefined ? {} : { body }) });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
}
const watch = async (token: string, path = "/api/v1/llms?watch=true") => {
  const w = await watching(edge.url, token, path);
  open.push(w);
  return w;
};

/** A user with these bindings of a definition called as they are. @returns their token. */
const user = async (name: string, ...bindings: Record<string, string>[]): Promise<string> =>
  (await personWith(apiOf(edge.url, root), name, bindings)).token;
const view = (name?: string) => ({ role: "view", resource: "llms", ...(name ? { name } : {}) });

test(verifies("watch.visible", "who may see one name never learns of another"), async () => {
  const w = await watch(await user("scoped", view("mine")));
  expect(await w.tells(2)).toEqual(["ADDED mine", "BOOKMARK"]);
  await write("POST", "/api/v1/llms", { ...llm, name: "secret-project" });
  await write("PATCH", "/api/v1/llms/other", { description: "x" });
  await write("DELETE", "/api/v1/llms/secret-project");
  await write("PATCH", "/api/v1/llms/mine", { description: "y" });
  expect((await w.tells(3)).slice(2)).toEqual(["MODIFIED mine"]);
  expect(JSON.stringify(w.events)).not.toMatch(/secret-project|other/);
});

test(verifies("watch.visible", "where a parent's name says who may see, so it does here"), async () => {
  for (const name of ["mine", "other"]) await write("POST", "/api/v1/agents", { name, llm: "mine" });
  const w = await watch(
    await user("of-an-agent", { role: "view", resource: "agents", name: "mine" }),
    "/api/v1/personalities?watch=true",
  );
  expect(await w.tells(1)).toEqual(["BOOKMARK"]);
  await write("POST", "/api/v1/personalities", { name: "hidden", agent: "other" });
  await write("POST", "/api/v1/personalities", { name: "shown", agent: "mine" });
  expect((await w.tells(2)).slice(1)).toEqual(["ADDED shown"]);
  await write("DELETE", "/api/v1/personalities/hidden");
  await write("DELETE", "/api/v1/personalities/shown");
  expect((await w.tells(3)).slice(2)).toEqual(["DELETED shown"]);
});

test("who may see nothing of the kind gets no stream", async () => {
  const w = await watch(await user("blind", { role: "view", resource: "secrets" }));
  expect(w).toMatchObject({ status: 403, refusal: { code: "not_allowed" } });
});

const endings: [string, string, (name: string) => Promise<unknown>, object][] = [
  [
    "a binding is taken away",
    "unbound",
    (n) => write("PATCH", `/api/v1/rbac/${n}`, { bindings: [view("mine")] }),
    { code: "not_allowed", permission: "view:llms:other" },
  ],
  [
    "more is given, to begin anew",
    "bound",
    (n) => write("PATCH", `/api/v1/rbac/${n}`, { bindings: [view()] }),
    { code: "expired", status: 410 },
  ],
  [
    "the user is deleted",
    "deleted",
    async (n) => {
      await write("DELETE", `/api/v1/rbac/${n}`);
      await write("DELETE", `/api/v1/users/${n}`);
    },
    { status: 401 },
  ],
];
test.each(endings)("an open watch ends within 5 s when %s", async (_, name, change, object) => {
  const w = await watch(await user(name, view("mine"), view("other")));
  await w.tells(3);
  const began = performance.now();
  await change(name);
  await w.ended;
  expect(performance.now() - began).toBeLessThan(REVOKED_WITHIN_MS);
  expect(w.events.at(-1)).toMatchObject({ type: "ERROR", id: undefined });
  const error = w.events.at(-1)?.object;
  // Whichever of the two was noticed first.
  if (name === "deleted") expect(["not_allowed", "not_authenticated"]).toContain(error?.["code"]);
  else expect(error).toMatchObject(object);
});

test("a client that does not read for a while misses nothing, and holds nobody up", async () => {
  const { hostname, port } = new URL(edge.url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET /api/v1/llms?watch=true HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${root}\r\n\r\n`);
  await new Promise((resolve) => socket.once("data", resolve));
  socket.pause();
  // 60 MB that it does not take, past the Workers; the object looks for somebody who reads.
  const reading = await watch(root);
  for (let i = 0; i < 30; i++) {
    const spec = `jsonb_build_object('type', 'ollama', 'model', 'm', 'description', repeat('x', 1000000))`;
    await rows(
      edge.databaseUrl,
      `insert into llm (id, name, spec) values ('big${i}', 'big-${i}', ${spec}), ('huge${i}', 'huge-${i}', ${spec})`,
    );
  }
  await reading.tells(60);
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1").replaceAll(/x{1000,}/g, "");
  });
  socket.resume();
  await expect.poll(() => text.match(/"name":"(big|huge)-\d+"/g)?.length, { timeout: 30_000 }).toBe(60);
  socket.destroy();
  await rows(edge.databaseUrl, "delete from llm where name like 'big-%' or name like 'huge-%'");
});
