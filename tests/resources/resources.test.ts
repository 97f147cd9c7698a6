import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { kinds, reported } from "#db/kinds/index";
import { type Api, type ApiAnswer, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { rows } from "../harness/rows.ts";
import { startPostgres } from "../harness/test-store.ts";
import { verifies } from "../requirements.ts";
import { everySample } from "./resource-samples.ts";

const resource = z.looseObject({
  id: z.string(),
  name: z.string(),
  resourceVersion: z.string(),
  status: z.looseObject({}),
});
/** Of any kind. Written down here, so that a kind which forgets to say so is found. */
const neverShown = ["data", "password"];
const list = z.object({ items: z.array(resource), continue: z.string().optional() });
const problem = z.looseObject({
  code: z.string(),
  detail: z.string(),
  hint: z.string().optional(),
  errors: z.array(z.looseObject({ path: z.string() })).optional(),
});
const names = (answer: ApiAnswer) => list.parse(answer.body).items.map((i) => i.name);

function withoutReported(shown: z.infer<typeof resource>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(shown).filter(([k]) => !reported.some((r) => r === k)));
}

const stores = [
  { name: "PGlite", open: async () => ({ databaseUrl: undefined, stop: async () => {} }) },
  { name: "PostgreSQL", open: startPostgres },
];

describe.each(stores)("over $name", ({ open }) => {
  let store: Awaited<ReturnType<typeof open>>;
  let edge: TestEdge;
  let api: Api;

  beforeAll(async () => {
    store = await open();
    if (!store) return;
    edge = await startEdge(store.databaseUrl ? { store: store.databaseUrl } : { embedded: true });
    api = apiOf(edge.url, (await edge.bootstrap()).token);
    for (const { kind, document } of everySample) await api.create(kind.plural, document);
  });
  afterAll(async () => {
    await edge?.stop();
    await store?.stop();
  });

  const whereStore = (title: string, work: () => Promise<void>) =>
    test(title, async ({ skip }) => {
      skip(!store, "no PostgreSQL is installed here");
      await work();
    });

  describe.each(everySample.map((s) => ({ ...s, plural: s.kind.plural })))("$plural", ({ kind, document, change }) => {
    const at = `/api/v1/${kind.plural}`;
    const one = `${at}/${document.name}`;

    whereStore(verifies("resources.crud", "are read by name, by id, and in the list, all the same"), async () => {
      const shown = await api.call("GET", one);
      const { id, resourceVersion } = resource.parse(shown.body);
      expect(shown.headers.get("etag")).toBe(`"${resourceVersion}"`);
      expect((await api.call("GET", `${at}/${id}`)).body).toEqual(shown.body);
      expect(list.parse((await api.call("GET", at)).body).items).toContainEqual(shown.body);
      expect(shown.body).toMatchObject({ kind: kind.name, name: document.name });
      for (const field of neverShown) expect(shown.body).not.toHaveProperty(field);
      expect((await api.call("GET", one, undefined, { "if-none-match": `"${resourceVersion}"` })).status).toBe(304);
    });

    whereStore(verifies("resources.crud", "are created once"), async () => {
      const again = await api.call("POST", at, document);
      expect(again.status).toBe(409);
      expect(problem.parse(again.body).code).toBe("already_exists");
    });

    if (!change) {
      whereStore(verifies("resources.crud", "have no way to be changed"), async () => {
        expect((await api.call("PUT", one, document)).status).toBe(405);
        expect((await api.call("PATCH", one, {})).status).toBe(405);
      });
      return;
    }

    whereStore(verifies("resources.unchanged", "go back as they came without a write"), async () => {
      const before = resource.parse((await api.call("GET", one)).body);
      for (const [method, body] of [
        ["PUT", before],
        ["PUT", withoutReported(before)],
        ["PATCH", {}],
      ] as const) {
        const after = await api.call(method, one, body);
        expect(after.status, JSON.stringify(after.body)).toBe(200);
        expect(after.body).toEqual(before);
      }
    });

    whereStore(verifies("resources.dry-run", "are changed in a dry run without a trace"), async () => {
      const before = (await api.call("GET", one)).body;
      const dry = await api.call("PATCH", `${one}?dryRun=true`, change);
      expect(dry.status).toBe(200);
      expect(dry.body).not.toEqual(before);
      expect((await api.call("DELETE", `${one}?dryRun=true`)).status).toBeLessThan(500);
      expect((await api.call("GET", one)).body).toEqual(before);
    });

    whereStore(verifies("resources.lost-update", "are not overwritten by who has not seen them"), async () => {
      const before = resource.parse((await api.call("GET", one)).body);
      const changed = await api.call("PATCH", one, change, { "if-match": `"${before.resourceVersion}"` });
      expect(changed.status, JSON.stringify(changed.body)).toBe(200);
      for (const method of ["PUT", "PATCH", "DELETE"]) {
        const late = await api.call(method, one, withoutReported(before), {
          "if-match": `"${before.resourceVersion}"`,
        });
        expect(late.status).toBe(412);
      }
      expect((await api.call("GET", one)).body).toEqual(changed.body);
    });
  });

  whereStore(verifies("resources.crud", "every kind that can be made by hand has been tried"), async () => {
    const tried = everySample.map((s) => s.kind.name);
    expect(
      kinds
        .filter((k) => k.verbs.includes("create"))
        .map((k) => k.name)
        .sort(),
    ).toEqual([...tried].sort());
  });

  whereStore("what does not exist is named, with a near spelling", async () => {
    const answer = await api.call("GET", "/api/v1/llms/gtp");
    expect(answer.status).toBe(404);
    expect(problem.parse(answer.body)).toMatchObject({
      code: "not_found",
      detail: 'There is no llm "gtp".',
      hint: 'Did you mean "gpt"?',
    });
    for (const odd of ["%00", "%ff", "..%2f..", "a".repeat(5_000), "%F0%9F%98%80", "'--"])
      expect((await api.call("GET", `/api/v1/llms/${odd}`)).status, odd).toBe(404);
  });

  whereStore(verifies("resources.faults", "what a name refers to must exist"), async () => {
    const answer = await api.call("POST", "/api/v1/groups", {
      name: "ghosts",
      members: ["evee", "eve", "nobody@example.com"],
    });
    expect(answer.status).toBe(400);
    expect(problem.parse(answer.body).errors).toMatchObject([
      { path: "members[0]", message: 'there is no user "evee"', suggestion: "eve" },
      { path: "members[2]" },
    ]);
    expect((await api.call("GET", "/api/v1/groups/ghosts")).status).toBe(404);
  });

  whereStore(verifies("resources.still-referred", "what others refer to stays, and they are named"), async () => {
    const answer = await api.call("DELETE", "/api/v1/users/eve");
    expect(answer.status).toBe(409);
    const { code, detail } = problem.parse(answer.body);
    expect(code).toBe("still_referred");
    for (const referrer of ["group/team", "project/research", "rbac/readers"]) expect(detail).toContain(referrer);
    expect((await api.call("GET", "/api/v1/users/eve")).status).toBe(200);
  });

  whereStore("of many who delete a secret and many who refer to it, none leaves a reference to nothing", async () => {
    await api.create("secrets", { name: "contested", data: { k: "v" } });
    const made = Array.from({ length: 6 }, (_, i) =>
      api.call("POST", "/api/v1/llms", {
        name: `contender-${i}`,
        type: "openai",
        model: "m",
        apiKeyRef: { name: "contested", key: "k" },
        _skipAuthCheck: true,
      }),
    );
    const answers = await Promise.all([...made, api.call("DELETE", "/api/v1/secrets/contested")]);
    for (const a of answers) expect([200, 201, 400, 409], JSON.stringify(a.body)).toContain(a.status);
    const there = (await api.call("GET", "/api/v1/secrets/contested")).status === 200;
    expect(there).toBe(answers.some((a) => a.status === 201));
  });

  whereStore("of many who replace one row at once, each wins whole, and one is last", async () => {
    await api.create("projects", { name: "contended" });
    const at = "/api/v1/projects/contended";
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => api.call("PUT", at, { description: `d${i}`, labels: { by: `d${i}` } })),
    );
    expect(answers.map((a) => a.status)).toEqual(Array(10).fill(200));
    const last = z
      .object({ description: z.string(), labels: z.object({ by: z.string() }) })
      .parse((await api.call("GET", at)).body);
    expect(last.labels.by).toBe(last.description);
    expect(new Set(answers.map((a) => resource.parse(a.body).resourceVersion)).size).toBe(10);
  });

  whereStore("of many who create the same name at once, one does", async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => api.call("POST", "/api/v1/projects", { name: "raced" })),
    );
    expect(answers.map((a) => a.status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
  });

  whereStore("what is sealed is changed key by key, replaced whole, or left alone", async () => {
    await api.create("secrets", { name: "pieces", data: { a: "1", b: "2" } });
    const at = "/api/v1/secrets/pieces";
    const keys = async (method: string, body: unknown) =>
      z.object({ status: z.object({ keys: z.array(z.string()) }) }).parse((await api.call(method, at, body)).body)
        .status.keys;
    expect(await keys("PATCH", { data: { c: "3", a: null } })).toEqual(["b", "c"]);
    expect(await keys("PUT", { description: "kept" })).toEqual(["b", "c"]);
    expect(await keys("PUT", { data: { d: "4" } })).toEqual(["d"]);
    const before = (await api.call("GET", at)).headers.get("etag");
    expect((await api.call("PUT", at, { data: { d: "4" } })).headers.get("etag")).toBe(before);
    expect((await api.call("PUT", at, { data: { d: "5" } })).headers.get("etag")).not.toBe(before);
    expect((await api.call("PATCH", at, { data: null })).status).toBe(400);
    expect(await keys("PUT", { data: {} })).toEqual([]);
  });

  whereStore("of many who patch different fields at once, every change is kept", async () => {
    await api.create("llms", { name: "patched", type: "openai", model: "m" });
    const patches = Array.from({ length: 8 }, (_, i) => ({ labels: { [`k${i}`]: "v" } }));
    for (const a of await Promise.all(patches.map((p) => api.call("PATCH", "/api/v1/llms/patched", p))))
      expect(a.status).toBe(200);
    const { labels } = z
      .object({ labels: z.record(z.string(), z.string()) })
      .parse((await api.call("GET", "/api/v1/llms/patched")).body);
    expect(Object.keys(labels).sort()).toEqual(patches.map((_, i) => `k${i}`));
  });

  whereStore("exactly one backend is the default, however many want to be", async () => {
    const wanting = ["b1", "b2", "b3", "b4"];
    const answers = await Promise.all(
      wanting.map((name) => api.call("POST", "/api/v1/secretbackends", { name, type: "plaintext", isDefault: true })),
    );
    expect(answers.map((a) => a.status)).toEqual([201, 201, 201, 201]);
    const defaults = () => api.call("GET", "/api/v1/secretbackends?fieldSelector=isDefault=true").then(names);
    const [only = "", ...others] = await defaults();
    expect(others).toEqual([]);
    expect((await api.call("DELETE", `/api/v1/secretbackends/${only}`)).status).toBe(409);
    expect((await api.call("PATCH", `/api/v1/secretbackends/${only}`, { isDefault: false })).status).toBe(400);
    expect((await api.call("PATCH", "/api/v1/secretbackends/default", { isDefault: true })).status).toBe(200);
    expect(await defaults()).toEqual(["default"]);
    for (const name of wanting) expect((await api.call("DELETE", `/api/v1/secretbackends/${name}`)).status).toBe(200);
  });

  whereStore(verifies("resources.paging", "a list shows each row once, while others are written"), async () => {
    const made = Array.from({ length: 25 }, (_, i) => `page-${String(i).padStart(2, "0")}`);
    for (const name of made) await api.create("projects", { name });
    for (const sort of ["name", "-name", "createdAt", "-updatedAt", "description"]) {
      const seen: string[] = [];
      let token: string | undefined;
      let page = 0;
      do {
        const query = new URLSearchParams({ name: "page-", limit: "7", sort, ...(token ? { continue: token } : {}) });
        const answer = list.parse((await api.call("GET", `/api/v1/projects?${query}`)).body);
        seen.push(...answer.items.map((i) => i.name));
        token = answer.continue;
        await api.create("projects", { name: `z-${sort.replace("-", "d").toLowerCase()}-${page++}` });
      } while (token);
      expect([...seen].sort(), sort).toEqual(made);
      if (sort === "-name") expect(seen).toEqual([...made].reverse());
    }
    for (const query of [
      "continue=x",
      "limit=0",
      "limit=x",
      "sort=members",
      "labelselector=a",
      "fieldSelector=x=1",
      "name=%00",
    ])
      expect((await api.call("GET", `/api/v1/projects?${query}`)).status, query).toBe(400);
  });

  whereStore(verifies("resources.selectors", "labels and fields select"), async () => {
    for (const [name, labels] of [
      ["sel-a", { env: "prod", tier: "1" }],
      ["sel-b", { env: "test" }],
      ["sel-c", {}],
    ] as const)
      await api.create("projects", { name, labels, description: name });
    const found = async (query: Record<string, string>) =>
      names(await api.call("GET", `/api/v1/projects?${new URLSearchParams({ name: "sel-", ...query })}`));
    expect(await found({ labelSelector: "env=prod" })).toEqual(["sel-a"]);
    expect(await found({ labelSelector: "env!=prod" })).toEqual(["sel-b", "sel-c"]);
    expect(await found({ labelSelector: "env in (prod,test),!tier" })).toEqual(["sel-b"]);
    expect(await found({ labelSelector: "env notin (prod)" })).toEqual(["sel-b", "sel-c"]);
    expect(await found({ labelSelector: "env" })).toEqual(["sel-a", "sel-b"]);
    expect(await found({ fieldSelector: "description=sel-c" })).toEqual(["sel-c"]);
    expect(await found({ fieldSelector: "description!=sel-c" })).toEqual(["sel-a", "sel-b"]);
  });

  whereStore("what is sealed lies in the store as nobody can read it", async () => {
    if (!store) return;
    const [row] = await rows(
      edge.databaseUrl,
      "select sealed::text, spec::text, status::text from secret where name = 'keys'",
    );
    expect(row?.["status"]).toContain("two");
    expect(JSON.stringify(row)).not.toContain("canary");
  });

  whereStore("all of it can be deleted, last first", async () => {
    for (const name of ["contender-0", "contender-1", "contender-2", "contender-3", "contender-4", "contender-5"])
      await api.call("DELETE", `/api/v1/llms/${name}`);
    for (const { kind, document } of [...everySample].reverse()) {
      const answer = await api.call("DELETE", `/api/v1/${kind.plural}/${document.name}`);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      expect(resource.parse(answer.body).name).toBe(document.name);
      expect((await api.call("GET", `/api/v1/${kind.plural}/${document.name}`)).status).toBe(404);
    }
  });
});
