/** Every surface, in the order in which they are asked whose a path is. */
import { anthropic } from "./anthropic.ts";
import { api } from "./api.ts";
import { mcp } from "./mcp.ts";
import { openai } from "./openai.ts";
import { page } from "./page.ts";
import type { Surface } from "./surface.ts";

export type { Surface } from "./surface.ts";

/** What lies within another comes before it; whatever nobody else owns is the API's. */
export const surfaces: readonly Surface[] = [page, anthropic, openai, mcp, api];

export const surfaceOf = (path: string): Surface => surfaces.find((s) => s.owns(path)) ?? api;
