/** The one list of behaviours. */
import type { KindName } from "#db/resources/index";
import type { Behaviour } from "./behaviour.ts";

export const behaviours: Partial<Record<KindName, Behaviour>> = {};
