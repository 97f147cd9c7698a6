/** What a surface is: who calls there, and so in which shape it refuses. */
import type { Refusal } from "#db/protocol/errors";

export interface Surface {
  name: "page" | "openai" | "anthropic" | "mcp" | "api";
  /** Whether a path is on it. Surfaces are asked in their order; the first that says yes owns the path. */
  owns(path: string): boolean;
  /** A refusal as its clients parse one. */
  write(refusal: Refusal, requestId: string): Response;
  /**
   * Likewise in a stream that has begun: one whole event, with the empty line that ends it. Where there is none, a stream that fails
   * is broken off.
   */
  event?: (refusal: Refusal) => string;
  /** Whether its routes refuse query parameters that they do not know, where a route does not say otherwise. */
  strict: boolean;
  /** What its routes have in common in the OpenAPI document. */
  openapi: SurfaceDoc;
}

export interface SurfaceDoc {
  /** Before the names of its refusals among the document's responses. */
  prefix: string;
  /** Of a refusal: a schema for its media type. */
  refusal: Readonly<Record<string, unknown>>;
  /** Likewise of a success, where it is the same for all. */
  success?: Readonly<Record<string, unknown>>;
  /** Statuses with which every route of it can refuse, beside those that follow from the route. */
  refuses: readonly (400 | 404)[];
  /** Likewise those that change something. */
  changesRefuse: readonly 409[];
}

/** A path itself, and whatever is below it. */
export const within =
  (root: string) =>
  (path: string): boolean =>
    path === root || path.startsWith(`${root}/`);
