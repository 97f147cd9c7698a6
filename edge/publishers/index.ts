import type { Route } from "../route.ts";

export const publisherRoutes: readonly Route[] = [];
