/** What a route answers, as OpenAPI says it: its success, and every way to refuse that it has. Pure. */
import type { Route, RouteDoc } from "../route.ts";
import { type Surface, surfaces } from "../surfaces/index.ts";
import { content, eventStream } from "./components.ts";
import type { JsonSchema } from "./json-schema.ts";

/** Status → name of the component, and what it says. */
const refusals = {
  400: ["Invalid", "The request is not valid; it says where."],
  401: ["Unauthenticated", "The credential is missing or not valid."],
  403: ["Forbidden", "A permission is missing; it says which."],
  404: ["Absent", "There is nothing of this name."],
  409: ["Conflict", "It conflicts with what there is."],
  410: ["Expired", "What came since that resourceVersion is no longer known."],
  412: ["Overtaken", "Somebody has changed it since it was read."],
  413: ["TooLarge", "The body is too large."],
  415: ["Unsupported", "The body is encoded, or another kind of patch; a header says what would do."],
  422: ["CredentialRefused", "Whom a credential is for does not accept it."],
  429: ["TooMany", "Too many requests; `Retry-After` says when to try again."],
  500: ["Failed", "Something went wrong at the edge."],
  502: ["ProviderFailed", "What stands behind failed, or answered with nonsense."],
  503: ["Unavailable", "The store or what stands behind can't be reached."],
  504: ["ProviderTimeout", "What stands behind took too long."],
} as const;
type Refused = keyof typeof refusals;

const retried = { "Retry-After": { description: "Seconds.", schema: { type: "integer", minimum: 0 } } };
const headersOf: Partial<Record<Refused, JsonSchema>> = {
  401: { "WWW-Authenticate": { schema: { type: "string" } } },
  429: retried,
};

const componentOf = ({ openapi }: Surface, name: string) => `${openapi.prefix}${name}`;

/** For `components.responses`: each refusal of each surface that the paths refer to, so that no route repeats them. */
export function responseComponents(paths: JsonSchema): Record<string, JsonSchema> {
  const text = JSON.stringify(paths);
  const named = Object.entries(refusals).flatMap(([status, [name, description]]) =>
    surfaces.map((surface) => {
      const headers = headersOf[Number(status) as Refused];
      const content = surface.openapi.refusal;
      return [componentOf(surface, name), { description, ...(headers ? { headers } : {}), content }];
    }),
  );
  const others = surfaces.map((surface) => [
    componentOf(surface, "Refused"),
    { description: "Any other refusal.", content: surface.openapi.refusal },
  ]);
  return Object.fromEntries(
    [...named, ...others].filter(([name]) => text.includes(JSON.stringify(pointer(String(name))))),
  );
}
const pointer = (name: string) => `#/components/responses/${name}`;

/** @param links what can be done next with what was made. */
export function responsesOf(route: Route, links: JsonSchema | undefined): JsonSchema {
  const { doc, permission, surface, path, method } = route;
  const { openapi } = surface;
  const { status, headers, schema } = doc.answer ?? { status: 200 };
  const guarded = permission.is !== "public";
  const hasBody = doc.body !== undefined;
  const applies: [boolean, Refused][] = [
    [hasBody || doc.query !== undefined, 400],
    [guarded, 401],
    [guarded && permission.is !== "authenticated", 403],
    [path.includes(":"), 404],
    [doc.query?.["watch"] !== undefined, 410],
    [doc.headers?.["if-match"] !== undefined, 412],
    [hasBody, 413],
    [hasBody, 415],
    [true, 500],
    [true, 503],
  ];
  const refused = [
    ...applies.filter(([does]) => does).map(([, code]) => code),
    ...openapi.refuses,
    ...(method === "GET" ? [] : openapi.changesRefuse),
    ...(doc.refuses ?? []),
  ];
  const ref = (name: string) => ({ $ref: pointer(componentOf(surface, name)) });
  return {
    [status]: {
      description: doc.summary,
      ...(headers ? { headers: described(headers) } : {}),
      ...(schema || doc.events || openapi.success ? { content: contentOf(doc, openapi) } : {}),
      ...(links ? { links } : {}),
    },
    ...(method === "GET" && doc.headers?.["if-none-match"] !== undefined
      ? { 304: { description: "What is known already is still current." } }
      : {}),
    ...Object.fromEntries(refused.map((code) => [code, ref(refusals[code][0])])),
    default: ref("Refused"),
  };
}

function contentOf({ answer, events }: RouteDoc, { success }: Surface["openapi"]): JsonSchema {
  if (success) return answer?.status === 302 ? {} : success;
  const { schema, type = "application/json" } = answer ?? {};
  return {
    ...(schema === undefined ? {} : content(type, schema, "output")),
    ...(events === undefined ? {} : eventStream(events)),
  };
}

const described = (headers: Readonly<Record<string, string>>): JsonSchema =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: "string" } }]),
  );
