/** What a route says of itself: all but who may call it and what it does. */
import type { z } from "zod";
import type { Surface } from "./surfaces/index.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * How far an mcptoken reaches, whatever its bindings say (they are asked afterwards): every one anywhere, or only where the path's
 * `:project` is the token's own, or not at all.
 */
export type TokenReach = "anywhere" | "own-project" | "nowhere";

/** A parameter: what it means, and its JSON Schema where not every text is one. */
export type Parameter = string | { about: string; schema?: Readonly<Record<string, unknown>>; required?: true };

/** What OpenAPI says about a route. */
export interface RouteDoc {
  summary: string;
  tag: string;
  /** A string names a component: `LlmInput`. */
  body?: z.ZodType | string;
  /** Media types of the body, where it is not application/json alone. */
  bodyTypes?: readonly string[];
  /** Nothing need be sent. */
  bodyOptional?: true;
  /** Bodies by name, to show how one looks. */
  examples?: Readonly<Record<string, unknown>>;
  /** Request headers that the route reads. */
  headers?: Readonly<Record<string, Parameter>>;
  /** Query parameters by name. */
  query?: Readonly<Record<string, Parameter>>;
  /** Successful answer; a string names a component (`Llm`, `LlmList`). `type` is its media type, by default application/json. */
  answer?: { status: number; schema?: z.ZodType | string; type?: string; headers?: Readonly<Record<string, string>> };
  /** Statuses with which it refuses, beside those that follow from the rest. */
  refuses?: readonly (401 | 403 | 422 | 429 | 502 | 504)[];
  /** Schema of each event's data, where it can also answer with server-sent events. */
  events?: string;
}

export interface Declaration {
  method: Method;
  /** hono's syntax: `/api/v1/llms/:name`. */
  path: string;
  /** Who calls here, and so in which shape it refuses. */
  surface: Surface;
  tokenReach: TokenReach;
  /** Whether query parameters that `doc` does not name are refused. */
  strict: boolean;
  doc: RouteDoc;
}
