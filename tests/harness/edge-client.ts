/** Talks to a real edge and reads what it says: for tests, which look at status and body themselves. */
export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed where it is JSON, else an empty object. */
  body: Record<string, unknown>;
  text: string;
}

export type Send = (method: string, path: string, options?: SendOptions) => Promise<Answer>;

export interface SendOptions {
  token?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export function clientOf(url: string): Send {
  return async (method, path, { token, body, headers } = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json") && text !== "";
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : {}, text };
  };
}

/** @returns milliseconds until the condition held. @throws Error when it does not within `withinMs`. */
export async function until(condition: () => Promise<boolean>, withinMs: number, what: string): Promise<number> {
  const start = performance.now();
  for (;;) {
    if (await condition()) return performance.now() - start;
    if (performance.now() - start > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
