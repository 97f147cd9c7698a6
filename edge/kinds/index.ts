/** The one list of what single kinds do at the edge: how they behave when written, and where rows come from that have no table. */
import type { KindName } from "#db/kinds/index";
import type { ActionHook, AllActions } from "./action.ts";
import { agent } from "./agent.ts";
import { auditevent } from "./auditevent.ts";
import type { Behaviour } from "./behaviour.ts";
import { cluster } from "./cluster.ts";
import { group } from "./group.ts";
import { llm } from "./llm.ts";
import { mcptoken, mcptokenActions } from "./mcptoken.ts";
import { personality, personalityActions } from "./personality.ts";
import { project } from "./project.ts";
import { prompt } from "./prompt.ts";
import { promptrequest, promptrequestActions } from "./promptrequest.ts";
import { rbac } from "./rbac.ts";
import { secret } from "./secret.ts";
import { secretbackend } from "./secretbackend.ts";
import { server } from "./server.ts";
import { session } from "./session.ts";
import type { Source } from "./source.ts";
import { thread, threadActions } from "./thread.ts";
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

const actions: AllActions = {
  mcptoken: mcptokenActions,
  personality: personalityActions,
  promptrequest: promptrequestActions,
  thread: threadActions,
};

/** Its input has been parsed by the very description that its type follows from, hence the one cast. */
export function actionOf(kind: KindName, name: string): ActionHook {
  const all: Readonly<Record<string, Readonly<Record<string, unknown>>>> = actions;
  const hook = all[kind]?.[name];
  if (!hook) throw new Error(`nothing does ${name} to ${kind}`);
  return hook as ActionHook;
}

/** Every kind that is stored elsewhere has one. */
const sources: Partial<Record<KindName, Source>> = { auditevent, session, thread };

export function sourceOf(kind: KindName): Source {
  const source = sources[kind];
  if (!source) throw new Error(`${kind} has neither a table nor a source`);
  return source;
}
