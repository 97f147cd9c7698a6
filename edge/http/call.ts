/** One request on its way through a route: what a handler gets, and nothing else. */
import type { z } from "zod";
import type { Deps } from "../deps.ts";
import type { Caller } from "../identity/principal.ts";
import { assertPlain, parseJson, parseWith, readBytes, readText, readTextQuickly } from "./body.ts";
import type { Declaration } from "./declaration.ts";
import { newRequestId } from "./request-id.ts";

const SMALL_BODY_BYTES = 65_536;

export class Call {
  readonly request: Request;
  readonly route: Declaration;
  readonly params: Readonly<Record<string, string>>;
  readonly deps: Deps;
  /** Keeps the isolate at work after the answer has gone out. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** When the request came, milliseconds since the epoch. */
  readonly startedAt: number = Date.now();
  #caller: Caller | undefined;
  #text: Promise<string> | undefined;
  #kept: Map<unknown, unknown> | undefined;
  #url: URL | undefined;
  #requestId: string | undefined;

  constructor(
    request: Request,
    route: Declaration,
    params: Readonly<Record<string, string>>,
    deps: Deps,
    waitUntil: (work: Promise<unknown>) => void,
  ) {
    this.request = request;
    this.route = route;
    this.params = params;
    this.deps = deps;
    this.waitUntil = waitUntil;
  }

  get url(): URL {
    this.#url ??= new URL(this.request.url);
    return this.#url;
  }

  /** Of the answer, of what is logged and of the audit events alike. */
  get requestId(): string {
    this.#requestId ??= newRequestId(this.request);
    return this.#requestId;
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

  /** The whole body, for who is the only one to read it. @throws Refusal too_large, unsupported_media */
  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    assertPlain(this.request.headers);
    return readBytes(this.request, this.deps.settings.maxBodyBytes);
  }

  /** Likewise as text, at less cost than `text` and a shade less strictly (`readTextQuickly`). @throws Refusal as `text` */
  textQuickly(): Promise<string> {
    assertPlain(this.request.headers);
    return readTextQuickly(this.request, this.deps.settings.maxBodyBytes);
  }

  /**
   * The whole body as text, read once however often it is asked for.
   * @param limit bytes, where the route's bodies are smaller than the edge accepts.
   * @throws Refusal too_large, unsupported_media, malformed_json for what is not UTF-8
   */
  text(limit = Number.POSITIVE_INFINITY): Promise<string> {
    if (!this.#text) {
      assertPlain(this.request.headers);
      this.#text = readText(this.request, Math.min(limit, this.deps.settings.maxBodyBytes));
    }
    return this.#text;
  }

  /** What `make` makes of this call the first time, for everybody who asks: a permission reads what its handler needs too. */
  once<T>(make: (call: Call) => T): T {
    this.#kept ??= new Map();
    if (!this.#kept.has(make)) this.#kept.set(make, make(this));
    return this.#kept.get(make) as T;
  }

  /** The body has gone on its way, and what was made of it: an answer that streams for minutes must not hold them in memory. */
  dropBody(): void {
    this.#text = undefined;
    this.#kept = undefined;
  }

  /**
   * A small body of a known form; parsed, it takes many times its size in memory, and some who send one nobody knows yet.
   * @throws Refusal malformed_json, invalid_request, too_large
   */
  async json<S extends z.ZodType>(schema: S, limit = SMALL_BODY_BYTES): Promise<z.output<S>> {
    return parseWith(schema, parseJson(await this.text(limit)));
  }
}
