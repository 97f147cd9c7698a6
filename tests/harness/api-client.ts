/** The REST API for what prepares an edge and looks at its answers: benchmarks, drills and tests. */

export interface ApiAnswer {
  status: number;
  headers: Headers;
  /** The parsed body; text where it is not JSON, undefined where there is none. */
  body: unknown;
}

/** One caller, who always shows the same credential. */
export interface Api {
  url: string;
  token: string;
  call(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<ApiAnswer>;
  /** POST of a resource. @throws Error with the answer, where it is not 201. */
  create(plural: string, resource: object): Promise<Record<string, unknown>>;
  /** GET. @throws Error with the answer, where it is not 200. */
  read(path: string): Promise<Record<string, unknown>>;
  /** PUT of a resource, by its path below `/api/v1/`. @throws Error with the answer, where it is not 200. */
  put(path: string, resource: object): Promise<Record<string, unknown>>;
  /** DELETE of a resource, by its path below `/api/v1/`. @throws Error with the answer, where it is not 200. */
  remove(path: string): Promise<void>;
  /** The same edge with another credential; with "", without any. */
  as(token: string): Api;
}

export function apiOf(url: string, token: string): Api {
  const call: Api["call"] = async (method, path, body, headers = {}) => {
    const { text, ...answer } = await exchange(url, method, path, { token, body, headers });
    return { ...answer, body: parsed(text) };
  };
  const expecting = async (status: number, method: string, path: string, body?: unknown) => {
    const answer = await call(method, path, body);
    if (answer.status !== status || typeof answer.body !== "object" || answer.body === null)
      throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body as Record<string, unknown>;
  };
  return {
    url,
    token,
    call,
    create: (plural, resource) => expecting(201, "POST", `/api/v1/${plural}`, resource),
    read: (path) => expecting(200, "GET", path),
    put: (path, resource) => expecting(200, "PUT", `/api/v1/${path}`, resource),
    remove: async (path) => {
      await expecting(200, "DELETE", `/api/v1/${path}`);
    },
    as: (other) => apiOf(url, other),
  };
}

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed where it is JSON, else an empty object. */
  body: Record<string, unknown>;
  text: string;
}

export interface SendOptions {
  token?: string;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

export type Send = (method: string, path: string, options?: SendOptions) => Promise<Answer>;

/** For tests in which many call: each request says whose it is. */
export function clientOf(url: string): Send {
  return async (method, path, options = {}) => {
    const answer = await exchange(url, method, path, options);
    const json = answer.headers.get("content-type")?.includes("json") && answer.text !== "";
    return { ...answer, body: json ? JSON.parse(answer.text) : {} };
  };
}

/** A body that is a string is sent as it stands, all else as JSON. */
async function exchange(url: string, method: string, path: string, { token, body, headers }: SendOptions) {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function parsed(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
