/** Actions on kinds: what every one of them keeps, whatever it does. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { kinds } from "#db/kinds/index";
import type { PrivatePostgres } from "#db/local/private-postgres";
import { bodyOf, inPath, methodOf, pathBelow } from "#db/schema/action";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { rows } from "../harness/rows.ts";
import { startPostgres } from "../harness/test-store.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";
import { watching } from "../watch/reader.ts";

let store: PrivatePostgres | undefined;
let edge: TestEdge;
let admin: Api;
let token: string;

beforeAll(async () => {
  // Where transactions really run side by side, if there is such a store here.
  store = await startPostgres();
  edge = await startEdge(store ? { store: store.databaseUrl } : {});
  token = (await edge.bootstrap()).token;
  admin = apiOf(edge.url, token);
  await admin.create("llms", { name: "gpt", type: "openai", model: "m" });
  await admin.create("agents", { name: "red", llm: "gpt" });
  await admin.create("prompts", { name: "style", content: "Be brief." });
});
afterAll(async () => {
  await edge?.stop();
  await store?.stop();
});

interface Target {
  /** Below /api/v1. */
  at: string;
  given?: Record<string, unknown>;
}

let made = 0;

/** Something new for each action to be done to. A new action needs an entry: there is a test for it. */
const targets: Readonly<Record<string, () => Promise<Target>>> = {
  "mcptoken revoke": async () => {
    const name = `t${++made}`;
    await admin.create("mcptokens", { name });
    return { at: `mcptokens/${name}` };
  },
  "promptrequest approve": async () => {
    const name = `r${++made}`;
    await admin.create("promptrequests", { name, content: "Be kind." });
    return { at: `promptrequests/${name}` };
  },
  "personality attach": async () => {
    const name = `p${++made}`;
    await admin.create("personalities", { name, agent: "red" });
    return { at: `personalities/${name}`, given: { prompt: "style", priority: 3 } };
  },
  "personality detach": async () => {
    const name = `p${++made}`;
    await admin.create("personalities", { name, agent: "red", prompts: [{ prompt: "style" }] });
    return { at: `personalities/${name}`, given: { prompt: "style" } };
  },
  "thread rename": async () => {
    const { body } = await admin.call("POST", "/api/v1/agents/red/threads", { title: "Before" });
    return { at: `threads/${z.object({ id: z.string() }).parse(body).id}`, given: { title: `After ${++made}` } };
  },
};

const all = kinds.flatMap((kind) =>
  Object.entries(kind.actions).map(([name, action]) => ({ called: `${kind.name} ${name}`, kind, name, action })),
);
type Each = (typeof all)[number];

const targetOf = ({ called }: Each): Promise<Target> => {
  const make = targets[called];
  if (!make) throw new Error(`nothing here to ${called}`);
  return make();
};

const resource = ({ at }: Target) => admin.call("GET", `/api/v1/${at}`);
const versionOf = async (target: Target) => (await resource(target)).headers.get("etag") ?? "";

function act({ name, action }: Each, { at, given = {} }: Target, headers: Record<string, string> = {}, query = "") {
  // Where an action is, is computed as the edge computes it; that it is there and nowhere else shows the reviewed list of all routes,
  // tests/rights/token-reach.golden.txt.
  const fields = inPath(action);
  const below = fields.reduce((path, f) => path.replace(`:${f}`, String(given[f])), pathBelow(name, action));
  const body = bodyOf(action) && Object.fromEntries(Object.entries(given).filter(([f]) => !fields.includes(f)));
  return admin.call(methodOf(action), `/api/v1/${at}${below}${query}`, body, headers);
}

test("every action that a kind describes is tried here, and no other", () => {
  expect(Object.keys(targets).sort()).toEqual(all.map((a) => a.called).sort());
});

describe.each(all.map((each) => [each.called, each] as const))("%s", (_, each) => {
  test(verifies(
    "actions.precondition",
    "by two at once that have seen the same version succeeds for one",
  ), async () => {
    for (let round = 0; round < 8; round++) {
      const target = await targetOf(each);
      const seen = { "if-match": await versionOf(target) };
      const met = await Promise.all([act(each, target, seen), act(each, target, seen)]);
      const statuses = met.map((a) => a.status).sort();
      expect(statuses, JSON.stringify(met.map((a) => a.body))).toEqual([
        typeof each.action.changes === "object" ? 201 : 200,
        412,
      ]);
    }
  }, 60_000);

  test(
    verifies("actions.precondition", "is refused with a version that is not current, and changes nothing"),
    async () => {
      const target = await targetOf(each);
      const before = (await resource(target)).body;
      const refused = await act(each, target, { "if-match": '"0"' });
      expect([refused.status, refused.body]).toEqual([412, expect.objectContaining({ code: "lost_update" })]);
      expect((await resource(target)).body).toEqual(before);
    },
  );

  test("during a deletion is done or not, and is never a fault", async () => {
    for (let round = 0; round < 8; round++) {
      const target = await targetOf(each);
      const seen = { "if-match": await versionOf(target) };
      const [acted, gone] = await Promise.all([
        act(each, target, seen),
        admin.call("DELETE", `/api/v1/${target.at}`, undefined, seen),
      ]);
      expect([200, 201, 404, 412], JSON.stringify(acted.body)).toContain(acted.status);
      expect([200, 404, 412], JSON.stringify(gone.body)).toContain(gone.status);
      // Both had seen the same version, so both can't have had their way.
      expect(
        [acted.status, gone.status].filter((s) => s < 300),
        `${acted.status} ${gone.status}`,
      ).toHaveLength(1);
    }
  }, 60_000);

  test("is 404 for a name that nobody has", async () => {
    const target = { ...(await targetOf(each)), at: `${each.kind.plural}/nobody-has-this` };
    expect((await act(each, target)).status).toBe(404);
  });

  test.runIf(each.action.dryRun)(
    verifies("actions.dry-run", "in a dry run answers with what would be, and changes neither store, watch nor trail"),
    async () => {
      const target = await targetOf(each);
      const name = await nameOf(target);
      const seen = { "if-match": await versionOf(target) };
      const before = await written();
      const dry = await act(each, target, seen, "?dryRun=true");
      expect([200, 201], JSON.stringify(dry.body)).toContain(dry.status);
      expect((await act(each, target, { "if-match": '"0"' }, "?dryRun=true")).status).toBe(412);
      expect(await written()).toEqual(before);
      const real = await act(each, target, seen);
      expect(real.status).toBe(dry.status);
      expect(lasting(real.body)).toEqual(lasting(dry.body));
      await told(each, name);
    },
    30_000,
  );

  test.runIf(each.kind.stored === "table")(
    verifies("actions.told", "reaches watches, and the trail with its name and what changed"),
    async () => {
      const target = await targetOf(each);
      const name = await nameOf(target);
      const watches = await Promise.all(
        concerned(each).map((kind) => watching(edge.url, token, `/api/v1/${kind.plural}?watch=true`)),
      );
      await until("the watch begins", () => watches.some((w) => w.told().includes(`ADDED ${name}`)));
      expect([200, 201]).toContain((await act(each, target)).status);
      const becomes = watches.length > 1;
      await until(
        `a watcher of ${each.kind.plural} is told`,
        () => watches[0]?.told().includes(becomes ? `DELETED ${name}` : `MODIFIED ${name}`) === true,
      );
      if (becomes)
        await until("and of what it has become", () => watches[1]?.told().includes(`ADDED ${name}`) === true);
      for (const watch of watches) watch.leave();
      const events = await told(each, name);
      expect(events.map((e) => e.verb).sort()).toEqual(becomes ? ["created", "deleted"] : ["changed"]);
      expect(events.every((e) => e.fields.length > 0)).toBe(true);
    },
    30_000,
  );
});

/** Kinds of which it writes rows: its own first. */
const concerned = ({ kind, action: { changes } }: Each) =>
  kinds
    .filter((k) => k.name === kind.name || (typeof changes === "object" && k.name === changes.becomes))
    .sort((a) => (a.name === kind.name ? -1 : 1));

const nameOf = async (target: Target) => z.object({ name: z.string() }).parse((await resource(target)).body).name;

/** How much has been written, as whoever watches sees it. */
const written = () => rows(edge.databaseUrl, "select count(*) from change");

/** Ids, versions and times are the next write's own. */
function lasting(body: unknown): unknown {
  const { id: _, resourceVersion: _v, ...rest } = z.record(z.string(), z.unknown()).parse(body);
  return JSON.parse(JSON.stringify(rest).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "then"));
}

const event = z.object({ verb: z.string(), fields: z.array(z.object({ field: z.string() })) });

/** What the trail says of this action and this name, as soon as it says as much as it should; and no more a moment later. */
async function told(each: Each, name: string): Promise<z.infer<typeof event>[]> {
  const read = async () =>
    (await rows(edge.databaseUrl, "select payload from auditevent where kind = 'resource_change'"))
      .map((row) => z.record(z.string(), z.unknown()).parse(row["payload"]))
      .filter((payload) => payload["name"] === name && payload["action"] === each.name)
      .map((payload) => event.parse(payload));
  const wanted = concerned(each).length;
  await expect.poll(async () => (await read()).length, { timeout: 15_000 }).toBeGreaterThanOrEqual(wanted);
  const events = await read();
  expect(events).toHaveLength(wanted);
  return events;
}
