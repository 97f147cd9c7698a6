/** Threads are their owner's alone: for everybody else, the admin included, they do not exist. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { personWith } from "../harness/people.ts";
import { verifies } from "../requirements.ts";

let edge: TestEdge;
let admin: Api;
let ada: Api;
let bob: Api;

const thread = z.looseObject({ id: z.string(), agent: z.string(), title: z.string() });
const list = z.object({ items: z.array(thread), continue: z.string().optional() });
const titles = async (api: Api, path: string) => list.parse(await api.read(path)).items.map((t) => t.title);
const begin = async (api: Api, agent: string, title?: string) => {
  const answer = await api.call("POST", `/api/v1/agents/${agent}/threads`, title === undefined ? undefined : { title });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return thread.parse(answer.body);
};

const person = (name: string, bindings: object[]) => personWith(admin, name, bindings);

beforeAll(async () => {
  edge = await startEdge();
  admin = apiOf(edge.url, (await edge.bootstrap()).token);
  await admin.create("llms", { name: "gpt", type: "openai", model: "m" });
  for (const name of ["scribe", "clerk"]) await admin.create("agents", { name, llm: "gpt" });
  const both = [
    { role: "view", resource: "agents" },
    { role: "run", resource: "agents" },
  ];
  ada = await person("ada", both);
  bob = await person("bob", both);
});
afterAll(() => edge?.stop());

test(verifies("threads.owner", "somebody else's thread is like one that does not exist"), async () => {
  const mine = await begin(ada, "scribe", "About Ada");
  await begin(bob, "scribe", "About Bob");
  expect(await titles(ada, "/api/v1/threads")).toEqual(["About Ada"]);
  expect(await titles(bob, "/api/v1/agents/scribe/threads")).toEqual(["About Bob"]);
  expect(await titles(admin, "/api/v1/threads")).toEqual([]);
  for (const other of [bob, admin])
    for (const [method, body] of [["GET"], ["PATCH", { title: "x" }], ["DELETE"]] as const) {
      const theirs = await other.call(method, `/api/v1/threads/${mine.id}`, body);
      const absent = await other.call(method, `/api/v1/threads/${"x".repeat(mine.id.length)}`, body);
      expect([theirs.status, absent.status]).toEqual([404, 404]);
      expect(JSON.stringify(theirs.body)).toBe(
        JSON.stringify(absent.body).replaceAll("x".repeat(mine.id.length), mine.id),
      );
    }
  expect(await ada.read(`/api/v1/threads/${mine.id}`)).toMatchObject({ title: "About Ada", status: { owner: "ada" } });
});

test(
  verifies("threads.owner", "a thread is renamed and deleted by its owner, and is deleted with its agent"),
  async () => {
    const one = await begin(ada, "clerk");
    expect(one).toMatchObject({ kind: "thread", agent: "clerk", title: "With clerk" });
    const renamed = await ada.call("PATCH", `/api/v1/threads/${one.id}`, { title: " Renamed " });
    expect([renamed.status, thread.parse(renamed.body).title]).toEqual([200, "Renamed"]);
    for (const body of [{}, { title: "" }, { title: 3 }, { titel: "x" }, { title: "x".repeat(201) }, { title: "\0" }])
      expect((await ada.call("PATCH", `/api/v1/threads/${one.id}`, body)).status, JSON.stringify(body)).toBe(400);
    const other = await begin(ada, "clerk", "Other");
    expect(await titles(ada, "/api/v1/threads?fieldSelector=agent=clerk&sort=title")).toEqual(["Other", "Renamed"]);
    expect((await ada.call("DELETE", `/api/v1/threads/${other.id}`)).status).toBe(200);
    expect((await admin.call("DELETE", "/api/v1/agents/clerk")).status).toBe(200);
    expect((await ada.call("GET", `/api/v1/threads/${one.id}`)).status).toBe(404);
  },
);

test("a thread is begun only by who may run the agent, and listed only by who may view agents", async () => {
  const eve = await person("eve", [{ role: "view", resource: "agents" }]);
  expect((await eve.call("POST", "/api/v1/agents/scribe/threads")).status).toBe(403);
  const mallory = await person("mallory", [{ role: "view", resource: "llms" }]);
  expect((await mallory.call("GET", "/api/v1/threads")).status).toBe(403);
});
