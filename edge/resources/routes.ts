/** The routes of every kind: one loop over kinds and verbs. What a kind can't do has no route, so it is a 405. */

import { examples } from "#db/kinds/examples";
import { parentOf } from "#db/kinds/family";
import { hasTable, kinds, type TableKind } from "#db/kinds/index";
import type { Verb } from "#db/schema/kind";
import type { Call } from "../http/call.ts";
import { componentName } from "../http/openapi/components.ts";
import {
  type Method,
  may,
  ownedRows,
  type Permission,
  type Route,
  type RouteDoc,
  type RouteOptions,
  route,
} from "../http/route.ts";
import { behaviours } from "../kinds/index.ts";
import { reachWithin } from "../rights/scope.ts";
import { actionRoutesOf } from "./action-routes.ts";
import { answerOutcome, answerRow } from "./answer.ts";
import { a } from "./conflicts.ts";
import { end, viewOf } from "./elsewhere.ts";
import { answerList, type Only } from "./list.ts";
import { assertMergePatch } from "./merge-patch.ts";
import { type Nest, nestsOf } from "./nested.ts";
import {
  applyParameters,
  known,
  listParameters,
  made,
  preconditions,
  timelineParameters,
  versioned,
  watchHeaders,
  watchParameters,
  writeParameters,
  written,
} from "./parameters.ts";
import { assertSeen, preconditionsOf } from "./precondition.ts";
import { referrersRoute } from "./referrers-route.ts";
import { remove } from "./remove.ts";
import {
  concealed,
  isApply,
  isDryRun,
  nameInBody,
  nameInPath,
  ownerCalled,
  readApplied,
  readDocument,
  readNew,
  readPatched,
  readReplacement,
  rowInPath,
  scopeInQuery,
} from "./request.ts";
import type { NamedKind } from "./stored.ts";
import { write } from "./write.ts";

function routesOf(kind: NamedKind): Route[] {
  const can = (verb: Verb) => kind.verbs.includes(verb);
  const at = `/api/v1/${kind.plural}`;
  const one = `${at}/:name`;
  const component = componentName(kind);
  const conceal = concealed(kind);
  const role = (r: "view" | "edit" | "delete") =>
    kind.owned
      ? ownedRows(kind)
      : may(r, kind.permission, { name: (call) => nameInPath(call, kind), ...(conceal ? { conceal } : {}) });
  const declare = (
    method: Method,
    path: string,
    permission: Permission,
    doc: Omit<RouteDoc, "tag">,
    handle: Route["handle"],
    options: RouteOptions = {},
  ) => route(method, path, permission, { tag: kind.plural, ...doc }, handle, options);
  const parent = parentOf(kind);
  const which =
    parent && kind.scope ? { [kind.scope]: `Name or id of the ${parent.name}, where several have it.` } : {};
  const listQuery = {
    ...(kind.scope ? { [kind.scope]: `Only those of this ${kind.scope}.` } : {}),
    ...(kind.timeline ? timelineParameters : {}),
    ...listParameters(kind),
    ...(hasTable(kind) ? watchParameters : {}),
  };
  const answer = (status: number, headers: Readonly<Record<string, string>>) => ({
    status,
    schema: component,
    headers,
  });
  const refuses = behaviours[kind.name]?.refuses ?? [];
  const shown = examples[kind.name] ?? {};
  const answers = {
    answer: { status: 200, schema: `${component}List` },
    ...(hasTable(kind) ? { events: `${component}Event`, headers: watchHeaders } : {}),
  };
  const listed = kind.owned ? ownedRows(kind) : may("view", kind.permission, { listed: true });

  const routes: Route[] = [];
  if (can("get")) {
    routes.push(
      declare("GET", at, listed, { summary: `List ${kind.plural}.`, query: listQuery, ...answers }, async (call) =>
        answerList(call, kind, { scopeId: await scopeInQuery(call, kind) }),
      ),
      declare(
        "GET",
        one,
        role("view"),
        { summary: `Read one ${kind.name}.`, query: which, headers: known, answer: answer(200, versioned) },
        async (call) => {
          const row = await rowInPath(call, kind);
          return answerRow(call, kind, (await viewOf(call, kind))(row));
        },
      ),
    );
    const referrers = hasTable(kind) ? referrersRoute(kind, which) : undefined;
    if (referrers) routes.push(referrers);
    for (const nest of nestsOf(kind))
      routes.push(
        declare(
          "GET",
          nest.path,
          listed,
          {
            summary: `List the ${kind.plural} of one ${nest.of.name}.`,
            query: { ...listParameters(kind), ...watchParameters },
            ...answers,
          },
          async (call) => answerList(call, kind, await within(call, nest)),
          { tokenReach: reachWithin(nest.of) },
        ),
      );
  }
  if (can("create") && hasTable(kind))
    routes.push(
      declare(
        "POST",
        at,
        may("create", kind.permission, { name: (call) => nameInBody(call, kind) }),
        {
          summary: `Create ${a(kind.name)}.`,
          query: applyParameters,
          body: `${component}Input`,
          examples: { ...shown },
          answer: answer(201, made),
          refuses,
        },
        async (call) => {
          const body = await readDocument(call);
          const document = isApply(call) ? readApplied(kind, body, undefined) : readNew(kind, body);
          const options = { dryRun: isDryRun(call), merge: false };
          return answerOutcome(call, kind, await write(call, kind, undefined, () => document, options));
        },
      ),
    );
  if (can("edit") && hasTable(kind))
    routes.push(
      ...(["PUT", "PATCH"] as const).map((method) =>
        declare(
          method,
          one,
          role("edit"),
          {
            summary:
              method === "PUT" ? `Replace ${a(kind.name)}.` : `Change fields of ${a(kind.name)} (JSON merge patch).`,
            query: { ...which, ...(method === "PUT" ? applyParameters : writeParameters) },
            ...(method === "PUT"
              ? { body: `${component}Replacement` }
              : { body: `${component}Patch`, bodyTypes: ["application/merge-patch+json", "application/json"] }),
            headers: preconditions,
            answer: answer(200, written),
            refuses,
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
          summary: `Delete ${a(kind.name)}.`,
          query: { ...which, ...writeParameters },
          headers: preconditions,
          answer: answer(200, versioned),
        },
        async (call) => {
          const seen = preconditionsOf(call.request.headers);
          const row = await rowInPath(call, kind);
          const options = { dryRun: isDryRun(call), seen };
          const gone = hasTable(kind) ? await remove(call, kind, row, options) : await end(call, kind, row, options);
          return answerRow(call, kind, gone);
        },
      ),
    );
  return routes;
}

async function within(call: Call, nest: Nest): Promise<Only> {
  const { id, name } = await ownerCalled(call, nest.of, call.params[nest.of.name] ?? "");
  if (nest.isParent) return { scopeId: id };
  return { scopeId: undefined, referring: { field: nest.field, to: nest.of.name, id, name } };
}

async function edit(call: Call, kind: TableKind, method: "PUT" | "PATCH"): Promise<Response> {
  const merge = method === "PATCH";
  if (merge) assertMergePatch(call.request.headers);
  const body = await readDocument(call);
  const seen = preconditionsOf(call.request.headers, isApply(call) ? undefined : body);
  const first = await rowInPath(call, kind);
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
export const resourceRoutes: readonly Route[] = kinds.flatMap((kind) => [...routesOf(kind), ...actionRoutesOf(kind)]);
