import type { Route } from "../route.ts";

export const inferenceRoutes: readonly Route[] = [];
