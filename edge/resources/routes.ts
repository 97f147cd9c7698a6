/** The routes of every kind: one loop over kinds and verbs. What a kind can't do has no route, so it is a 405. */

import { kinds } from "#db/resources/index";
import type { Verb } from "#db/resources/kind";
import { visible } from "../access/decide.ts";
import type { Call } from "../call.ts";
import { componentName } from "../openapi/components.ts";
import { type Method, may, type Permission, type Route, type RouteDoc, route } from "../route.ts";
import { answerOutcome, answerRow } from "./answer.ts";
import { parseLimit, parseOrder, readContinue, writeContinue } from "./page.ts";
import { assertSeen, versionsSeen } from "./precondition.ts";
import { present } from "./present.ts";
import { listRows, type NamedKind } from "./read.ts";
import { parentOf } from "./referrers.ts";
import { referrersRoute } from "./referrers-route.ts";
import { remove } from "./remove.ts";
import {
  assertQuery,
  isApply,
  isDryRun,
  nameInBody,
  nameInPath,
  parentCalled,
  readApplied,
  readDocument,
  readNew,
  readPatched,
  readReplacement,
  rowInPath,
  scopeInQuery,
} from "./request.ts";
import { parseFieldSelector, parseLabelSelector } from "./selectors.ts";
import { write } from "./write.ts";

function routesOf(kind: NamedKind): Route[] {
  const can = (verb: Verb) => kind.verbs.includes(verb);
  const at = `/api/v1/${kind.plural}`;
  const one = `${at}/:name`;
  const component = componentName(kind);
  const role = (r: "view" | "edit" | "delete") => may(r, kind.permission, { name: (call) => nameInPath(call, kind) });
  const declare = (
    method: Method,
    path: string,
    permission: Permission,
    doc: Omit<RouteDoc, "tag">,
    handle: Route["handle"],
  ) =>
    route(method, path, permission, { tag: kind.plural, ...doc }, (call) => {
      assertQuery(call, Object.keys(doc.query ?? {}));
      return handle(call);
    });
  const parent = parentOf(kind);
  const which =
    parent && kind.scope ? { [kind.scope]: `Name or id of the ${parent.name}, where several have it.` } : {};
  const listQuery = { ...(kind.scope ? { [kind.scope]: `Only those of this ${kind.scope}.` } : {}), ...listParameters };
  const answer = (status: number) => ({ status, schema: component });
  const listAnswer = { status: 200, schema: `${component}List` };
  const listed = may("view", kind.permission, { listed: true });

  const routes: Route[] = [];
  if (can("get")) {
    routes.push(
      declare(
        "GET",
        at,
        listed,
        { summary: `List ${kind.plural}.`, query: listQuery, answer: listAnswer },
        async (call) => list(call, kind, await scopeInQuery(call, kind)),
      ),
      declare(
        "GET",
        one,
        role("view"),
        { summary: `Read one ${kind.name}.`, query: which, answer: answer(200) },
        async (call) => answerRow(call, kind, await rowInPath(call, kind)),
      ),
    );
    const referrers = referrersRoute(kind, which);
    if (referrers) routes.push(referrers);
    if (parent)
      routes.push(
        declare(
          "GET",
          `/api/v1/${parent.plural}/:${parent.name}/${kind.plural}`,
          listed,
          { summary: `List the ${kind.plural} of one ${parent.name}.`, query: listParameters, answer: listAnswer },
          async (call) => list(call, kind, (await parentCalled(call, kind, call.params[parent.name] ?? "")).id),
        ),
      );
  }
  if (can("create"))
    routes.push(
      declare(
        "POST",
        at,
        may("create", kind.permission, { name: nameInBody }),
        { summary: `Create a ${kind.name}.`, query: applyParameters, body: `${component}Input`, answer: answer(201) },
        async (call) => {
          const body = await readDocument(call);
          const document = isApply(call) ? readApplied(kind, body, undefined) : readNew(kind, body);
          const options = { dryRun: isDryRun(call), merge: false };
          return answerOutcome(call, kind, await write(call, kind, undefined, () => document, options));
        },
      ),
    );
  if (can("edit"))
    routes.push(
      ...(["PUT", "PATCH"] as const).map((method) =>
        declare(
          method,
          one,
          role("edit"),
          {
            summary:
              method === "PUT" ? `Replace a ${kind.name}.` : `Change fields of a ${kind.name} (JSON merge patch).`,
            query: { ...which, ...(method === "PUT" ? applyParameters : writeParameters) },
            ...(method === "PUT"
              ? { body: `${component}Input` }
              : { body: "MergePatch", bodyType: "application/merge-patch+json" }),
            headers: preconditions,
            answer: answer(200),
          },
          (call) => edit(call, kind, method),
        ),
      ),
    );
  if (can("delete"))
    routes.push(
      declare(
        "DELETE",
        one,
        role("delete"),
        {
          summary: `Delete a ${kind.name}.`,
          query: { ...which, ...writeParameters },
          headers: preconditions,
          answer: answer(200),
        },
        async (call) => {
          const seen = versionsSeen(call.request.headers.get("if-match"));
          const row = await rowInPath(call, kind);
          return answerRow(call, kind, await remove(call, kind, row, { dryRun: isDryRun(call), seen }));
        },
      ),
    );
  return routes;
}

export const listParameters = {
  limit: "Most items of the answer; default 500, at most 1000.",
  continue: "Token of the page before.",
  labelSelector: "a=b, a!=b, a in (b,c), a notin (b,c), a, !a, separated by commas.",
  fieldSelector: "field=value or field!=value on scalar fields, separated by commas.",
  name: "Only names that start so.",
  sort: "name, createdAt, updatedAt or a scalar field; - before it turns the order round.",
} as const;

export const writeParameters = { dryRun: "true: answer what would be stored, and store nothing." } as const;

const applyParameters = {
  ...writeParameters,
  apply:
    "true: the body is a manifest. Fields that it has are set, those that an earlier one set and it has not go, others stay; null removes.",
} as const;

const preconditions = { "if-match": "ETag of what was read: 412 when somebody has changed it since." } as const;

async function list(call: Call, kind: NamedKind, scopeId: string | undefined): Promise<Response> {
  const query = call.url.searchParams;
  const order = parseOrder(kind, query.get("sort"));
  const token = query.get("continue");
  const { rows, next } = await listRows(call.deps.store.db, kind, {
    visible: visible(call.caller.grants, "view", kind.permission),
    labels: parseLabelSelector(query.get("labelSelector") ?? ""),
    fields: parseFieldSelector(kind, query.get("fieldSelector") ?? ""),
    namePrefix: query.get("name") || undefined,
    scopeId,
    order,
    limit: parseLimit(query.get("limit")),
    after: token ? readContinue(token, order) : undefined,
  });
  const now = Date.now();
  const page = {
    items: rows.map((row) => present(kind.name, row, now)),
    ...(next ? { continue: writeContinue(order, next) } : {}),
  };
  return Response.json(page, { headers: { "cache-control": "no-store" } });
}

async function edit(call: Call, kind: NamedKind, method: "PUT" | "PATCH"): Promise<Response> {
  const body = await readDocument(call);
  const seen = versionsSeen(call.request.headers.get("if-match"));
  const first = await rowInPath(call, kind);
  const merge = method === "PATCH";
  const read = merge ? readPatched : isApply(call) ? readApplied : readReplacement;
  const outcome = await write(
    call,
    kind,
    first,
    (previous = first) => {
      assertSeen(kind, previous, seen);
      return read(kind, body, previous);
    },
    { dryRun: isDryRun(call), merge },
  );
  return answerOutcome(call, kind, outcome);
}

/** After everything that it is made of. */
export const resourceRoutes: readonly Route[] = kinds.flatMap(routesOf);
