/** The one list of behaviours. */
import type { KindName } from "#db/resources/index";
import { agent } from "./agent.ts";
import type { Behaviour } from "./behaviour.ts";
import { cluster } from "./cluster.ts";
import { group } from "./group.ts";
import { llm } from "./llm.ts";
import { mcptoken } from "./mcptoken.ts";
import { personality } from "./personality.ts";
import { project } from "./project.ts";
import { prompt } from "./prompt.ts";
import { promptrequest } from "./promptrequest.ts";
import { rbac } from "./rbac.ts";
import { secret } from "./secret.ts";
import { secretbackend } from "./secretbackend.ts";
import { server } from "./server.ts";
import { user } from "./user.ts";

export const behaviours: Partial<Record<KindName, Behaviour>> = {
  agent,
  cluster,
  group,
  llm,
  mcptoken,
  personality,
  project,
  prompt,
  promptrequest,
  rbac,
  secret,
  secretbackend,
  server,
  user,
};
