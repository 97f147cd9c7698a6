/** The one list of behaviours. */
import type { KindName } from "#db/resources/index";
import type { Behaviour } from "./behaviour.ts";
import { cluster } from "./cluster.ts";
import { group } from "./group.ts";
import { llm } from "./llm.ts";
import { mcptoken } from "./mcptoken.ts";
import { project } from "./project.ts";
import { rbac } from "./rbac.ts";
import { secret } from "./secret.ts";
import { user } from "./user.ts";

export const behaviours: Partial<Record<KindName, Behaviour>> = {
  cluster,
  group,
  llm,
  mcptoken,
  project,
  rbac,
  secret,
  user,
};
