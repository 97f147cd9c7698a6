/** Which row a path means, in a real store. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { kindsByName } from "#db/kinds/index";
import type { Deps } from "../deps.ts";
import { Call } from "../http/call.ts";
import { authenticated, route } from "../http/route.ts";
import { openStore } from "../store.ts";
import { nameInPath, rowInPath } from "./request.ts";

const infra: string = "../../tests/harness/test-store.ts";
let store: { databaseUrl: string; proxyUrl: string; close(): Promise<void> };
let deps: Deps;
const { llm, secret, project } = kindsByName;

beforeAll(async () => {
  const { startTestStore } = await import(infra);
  store = await startTestStore();
  const opened = openStore({ databaseUrl: store.databaseUrl, neonProxy: store.proxyUrl });
  deps = { store: opened } as Deps;
  for (const table of ["llm", "secret", "project"])
    await opened.db.execute(
      `insert into ${table} (id, name, spec, status) values ('the-${table}', 'same', '{}', '{}'), ('other-${table}', 'other', '{}', '{}')`,
    );
});
afterAll(() => store?.close());

/** A request of somebody who may do everything, whose path says `same`. */
function called(): Call {
  const request = new Request("http://edge/api/v1/tried/same");
  const tried = route("GET", "/api/v1/tried/:name", authenticated, { tag: "t", summary: "T." }, () => new Response());
  const call = new Call(request, tried, { name: "same" }, deps, () => {});
  const grants = { bindings: [{ role: "edit", resource: "*" } as const], operations: [] };
  call.identify({ principal: { kind: "User", id: "u", name: "ann" }, grants });
  return call;
}

test("a permission that reads a row of one kind leaves the handler's of another kind alone", async () => {
  for (const [first, second, third] of [
    [llm, secret, project],
    [secret, project, llm],
    [project, llm, secret],
  ] as const) {
    const call = called();
    expect(await nameInPath(call, first)).toBe("same");
    for (const kind of [second, first, third, second])
      expect((await rowInPath(call, kind)).id, `${kind.name} after ${first.name}`).toBe(`the-${kind.name}`);
  }
});

test("the row that a permission has read is not read again", async () => {
  const call = called();
  await nameInPath(call, llm);
  const row = await rowInPath(call, llm);
  expect(await rowInPath(call, llm)).toBe(row);
  expect(await rowInPath(called(), llm)).not.toBe(row);
});
