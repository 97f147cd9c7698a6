/** Logging in at an OpenID provider, and devices that wait for somebody to do so. */
import type { Route } from "../../http/route.ts";
import { deviceRoutes } from "./device.ts";
import { devicePageRoutes } from "./device-pages.ts";
import { identityRoutes } from "./identities.ts";
import { ssoRoutes } from "./sso.ts";

export const singleSignOnRoutes: readonly Route[] = [
  ...ssoRoutes,
  ...deviceRoutes,
  ...devicePageRoutes,
  ...identityRoutes,
];
