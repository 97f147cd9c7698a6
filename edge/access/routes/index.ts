/** Logging in, credentials, and who reaches what. */
import type { Route } from "../../http/route.ts";
import { bootstrapRoutes } from "./bootstrap.ts";
import { deviceRoutes } from "./device.ts";
import { devicePageRoutes } from "./device-pages.ts";
import { identityRoutes } from "./identities.ts";
import { loginRoutes } from "./login.ts";
import { mcptokenRoutes } from "./mcptokens.ts";
import { methodRoutes } from "./methods.ts";
import { reviewRoutes } from "./review.ts";
import { ssoRoutes } from "./sso.ts";
import { tokenRoutes } from "./tokens.ts";
import { whoamiRoutes } from "./whoami.ts";

export const accessRoutes: readonly Route[] = [
  ...bootstrapRoutes,
  ...loginRoutes,
  ...methodRoutes,
  ...ssoRoutes,
  ...deviceRoutes,
  ...devicePageRoutes,
  ...tokenRoutes,
  ...whoamiRoutes,
  ...mcptokenRoutes,
  ...identityRoutes,
  ...reviewRoutes,
];
