/** Logging in by password, and credentials that come and go. */
import type { Route } from "../../http/route.ts";
import { bootstrapRoutes } from "./bootstrap.ts";
import { loginRoutes } from "./login.ts";
import { mcptokenRoutes } from "./mcptokens.ts";
import { methodRoutes } from "./methods.ts";
import { tokenRoutes } from "./tokens.ts";
import { whoamiRoutes } from "./whoami.ts";

export const loggingInRoutes: readonly Route[] = [
  ...bootstrapRoutes,
  ...loginRoutes,
  ...methodRoutes,
  ...tokenRoutes,
  ...whoamiRoutes,
  ...mcptokenRoutes,
];
