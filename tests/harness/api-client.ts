/** The REST API for what prepares an edge: benchmarks, drills and tests. */

export interface ApiAnswer {
  status: number;
  headers: Headers;
  /** The parsed body; text where it is not JSON, undefined where there is none. */
  body: unknown;
}

export interface Api {
  url: string;
  token: string;
  call(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<ApiAnswer>;
  /** POST of a resource. @throws Error with the answer, where it is not 201. */
  create(plural: string, resource: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
  /** GET. @throws Error with the answer, where it is not 200. */
  read(path: string): Promise<Record<string, unknown>>;
  /** The same edge with another credential. */
  as(token: string): Api;
}

export function apiOf(url: string, token: string): Api {
  const call: Api["call"] = async (method, path, body, headers) => {
    const answer = await fetch(url + path, {
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: parsed(text) };
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
    as: (other) => apiOf(url, other),
  };
}

function parsed(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
