/** Every dialect, by the name that the table of providers has for it. */
import { type Provider, type ProviderType, providers } from "#db/kinds/parts/providers";
import type { Dialect } from "./dialect.ts";
import { openai } from "./openai/index.ts";

export type { Dialect } from "./dialect.ts";

export const dialects: Readonly<Record<Provider["dialect"], Dialect>> = { openai };

export const dialectOf = (type: ProviderType): Dialect => dialects[providers[type].dialect];
