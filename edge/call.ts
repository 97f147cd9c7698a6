/** One request on its way through a route: what a handler gets, and nothing else. */
import type { z } from "zod";
import type { Caller } from "./access/principal.ts";
import { assertPlain, parseJson, parseWith, readBounded } from "./body.ts";
import type { Deps } from "./deps.ts";

const SMALL_BODY_BYTES = 65_536;

export class Call {
  readonly request: Request;
  readonly params: Readonly<Record<string, string>>;
  readonly deps: Deps;
  /** Keeps the isolate at work after the answer has gone out. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** When the request came, milliseconds since the epoch. */
  readonly startedAt: number = Date.now();
  #caller: Caller | undefined;
  #body: Promise<Uint8Array<ArrayBuffer>> | undefined;
  #url: URL | undefined;

  constructor(
    request: Request,
    params: Readonly<Record<string, string>>,
    deps: Deps,
    waitUntil: (work: Promise<unknown>) => void,
  ) {
    this.request = request;
    this.params = params;
    this.deps = deps;
    this.waitUntil = waitUntil;
  }

  get url(): URL {
    this.#url ??= new URL(this.request.url);
    return this.#url;
  }

  /** Who calls. Only public routes have nobody. */
  get caller(): Caller {
    if (!this.#caller) throw new Error("a public route asked who is calling");
    return this.#caller;
  }

  /** For logs and audit of public routes, where there may be nobody. */
  get callerIfAny(): Caller | undefined {
    return this.#caller;
  }

  /** Set by `admit`, once. */
  identify(caller: Caller): void {
    this.#caller = caller;
  }

  /**
   * The whole body, read once however often it is asked for.
   * @param limit bytes, where the route's bodies are smaller than the edge accepts. @throws Refusal too_large, unsupported
   */
  bytes(limit = Number.POSITIVE_INFINITY): Promise<Uint8Array<ArrayBuffer>> {
    assertPlain(this.request.headers);
    this.#body ??= readBounded(this.request, Math.min(limit, this.deps.settings.maxBodyBytes));
    return this.#body;
  }

  /** The body has gone on its way: an answer that streams for minutes must not hold it in memory. */
  dropBody(): void {
    this.#body = undefined;
  }

  /**
   * A small body of a known form; parsed, it takes many times its size in memory, and some who send one nobody knows yet.
   * @throws Refusal malformed_json, invalid_request, too_large
   */
  async json<S extends z.ZodType>(schema: S, limit = SMALL_BODY_BYTES): Promise<z.output<S>> {
    return parseWith(schema, parseJson(await this.bytes(limit)));
  }
}
