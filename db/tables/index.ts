/** Every table. */
import { auditEvent } from "./audit.ts";
import { password, session } from "./credentials.ts";
import { derived } from "./derive.ts";
import { knownOperation } from "./operations.ts";
import { deviceLogin, identity, providedMember } from "./sso.ts";

export { auditEvent } from "./audit.ts";
export { password, session } from "./credentials.ts";
export { type Edge, type EdgeTable, edgeBetween, edges, type ResourceTable, resources } from "./derive.ts";

export { knownOperation } from "./operations.ts";

export { deviceLogin, identity, providedMember } from "./sso.ts";

/** What the generator of migrations reads. */
export const everyTable = {
  ...derived,
  password,
  session,
  auditEvent,
  knownOperation,
  identity,
  providedMember,
  deviceLogin,
};
