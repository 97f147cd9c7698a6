/** The routes of a kind's actions, from their descriptions alone. */

import { parentOf } from "#db/kinds/family";
import { hasTable, type KindName, kindsByName } from "#db/kinds/index";
import { type Action, bodyOf, methodOf, pathBelow } from "#db/schema/action";
import { componentName } from "../http/openapi/components.ts";
import { may, ownedRows, type Permission, type Route, type RouteDoc, route } from "../http/route.ts";
import { act } from "./act.ts";
import { made, preconditions, versioned, writeParameters, written } from "./parameters.ts";
import { concealed, nameInPath } from "./request.ts";
import type { NamedKind } from "./stored.ts";

export const actionRoutesOf = (kind: NamedKind): Route[] =>
  Object.entries(kind.actions).map(([name, action]) =>
    route(
      methodOf(action),
      `/api/v1/${kind.plural}/:name${pathBelow(name, action)}`,
      permissionOf(kind, action),
      docOf(kind, action),
      (call) => act(call, kind, name, action),
    ),
  );

function permissionOf(kind: NamedKind, { may: { role, resource } }: Action): Permission {
  if (kind.owned) return ownedRows(kind);
  const conceal = concealed(kind);
  const name = (call: Parameters<typeof nameInPath>[0]) => nameInPath(call, kind);
  return may(role, resource ?? kind.permission, { name, ...(conceal ? { conceal } : {}) });
}

function docOf(kind: NamedKind, action: Action): RouteDoc {
  const parent = parentOf(kind);
  const which =
    parent && kind.scope
      ? { [kind.scope]: action.which ?? `Name or id of the ${parent.name}, where several have it.` }
      : {};
  const query = { ...which, ...(action.dryRun ? writeParameters : {}) };
  const body = bodyOf(action);
  return {
    tag: kind.plural,
    summary: action.about,
    ...(Object.keys(query).length > 0 ? { query } : {}),
    ...(body ? { body } : {}),
    headers: action.seen === undefined ? preconditions : { "if-match": action.seen },
    answer: answerOf(kind, action),
  };
}

function answerOf(kind: NamedKind, { changes }: Action): NonNullable<RouteDoc["answer"]> {
  if (typeof changes === "object")
    return { status: 201, schema: componentName(kindsByName[changes.becomes as KindName]), headers: made };
  const checked = changes === "spec" && hasTable(kind);
  return { status: 200, schema: componentName(kind), headers: checked ? written : versioned };
}
