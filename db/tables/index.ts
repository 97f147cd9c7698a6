/** Every table. */
import { auditEvent } from "./audit.ts";
import { change, changeFloor } from "./change.ts";
import { password, session } from "./credentials.ts";
import { derived } from "./derive.ts";
import { knownOperation } from "./operations.ts";
import { seeded } from "./seeded.ts";
import { deviceLogin, identity, providedMember } from "./sso.ts";
import { thread } from "./thread.ts";

export { auditEvent } from "./audit.ts";
export { change, changeFloor } from "./change.ts";
export { password, session } from "./credentials.ts";
export { type Edge, type EdgeTable, edgeBetween, edges, type ResourceTable, resources } from "./derive.ts";

export { knownOperation } from "./operations.ts";
export { seeded } from "./seeded.ts";

export { deviceLogin, identity, providedMember } from "./sso.ts";
export { thread } from "./thread.ts";

/** What the generator of migrations reads. */
export const everyTable = {
  ...derived,
  password,
  session,
  auditEvent,
  knownOperation,
  seeded,
  change,
  changeFloor,
  thread,
  identity,
  providedMember,
  deviceLogin,
};
