/** Where a server that speaks OpenAI has its endpoints, out of the base URL that somebody wrote. */

export interface BaseUrl {
  /** What the name of an endpoint (`/chat/completions`) is appended to; no trailing slash. */
  readonly root: string;
  /** With its `?`, or empty: it stands behind the endpoint. */
  readonly query: string;
}

/** What is special about a provider's URLs; a row of the table of providers is one. */
export interface UrlRule {
  /** The provider's own base URL. */
  url?: string;
  /** The path between a base URL that names no version and an endpoint. Default `/v1`. */
  below?: string;
  /** Begins every path that is complete without a version, whatever follows what it matches. */
  complete?: RegExp;
}

/** `/v1`, `/v4`, `/v1beta`, `/v1alpha2`, `/v1.1`: whoever writes it means the place where the endpoints are. */
const version = /^v\d+(\.\d+)*((alpha|beta|preview)\d*)?$/i;

/** Endpoints that people copy together with the base URL. Alone, `/models` may as well be a prefix. */
const copied = /^(.*\/v\d[^/]*)\/(completions|embeddings|models|responses|rerank)$|^(.*)\/chat\/completions$/i;

/**
 * - without a path: `/v1` follows, or what the provider has instead;
 * - with a version in the path, with the endpoint itself, or with what the provider takes for one: it is complete;
 * - with another path: that is a prefix, and `/v1` follows.
 *
 * A query is kept, a fragment never sent.
 * @throws TypeError when it is no URL.
 */
export function baseUrl(url: string, rule: UrlRule = {}): BaseUrl {
  const { origin, pathname, search } = new URL(url);
  const path = pathname.replace(/\/{2,}/g, "/").replace(/\/$/, "");
  const complete = rule.complete?.exec(path);
  if (complete) return { root: origin + complete[0], query: search };
  const endpoint = copied.exec(path);
  if (endpoint) return { root: origin + (endpoint[1] ?? endpoint[3] ?? ""), query: search };
  if (path.split("/").some((segment) => version.test(segment))) return { root: origin + path, query: search };
  const below = rule.below ?? (path === "" && rule.url ? ownPath(rule.url, origin) : undefined) ?? "/v1";
  return { root: origin + joined(path, below), query: search };
}

/** Of `/openai` and `/openai/v1` what both say stands there once. */
function joined(path: string, below: string): string {
  const first = /^\/[^/]+(?=\/)/.exec(below)?.[0];
  return first !== undefined && path.endsWith(first) ? path + below.slice(first.length) : path + below;
}

/** Of a provider whose own base URL is longer, people name the host alone. */
function ownPath(own: string, origin: string): string | undefined {
  const url = new URL(own);
  return url.origin === origin && url.pathname !== "/" ? url.pathname.replace(/\/$/, "") : undefined;
}

/** @param path as OpenAI has it: `/v1/chat/completions`. */
export const urlOf = ({ root, query }: BaseUrl, path: string): string => root + path.slice("/v1".length) + query;

/** Names that providers and their gateways give to a credential in a query. */
const secretName = /^(.*[-_])?(key|apikey|token|secret|password|auth|authorization|sig|signature)$/i;

/** Why a URL that is valid can't be the base URL of a model server. Never names a value. */
export function faultOfBaseUrl(url: string): string | undefined {
  if (url.includes("#")) return "has a fragment (#…), which is never sent to a server";
  for (const name of new URL(url).searchParams.keys())
    if (secretName.test(name))
      return `has a credential in its query (\`${name}\`), where everybody who may read the URL sees it`;
  return undefined;
}
