import { sweepSso } from "./access/oidc/upkeep.ts";
import { fetch } from "./app.ts";
import { depsOf } from "./deps.ts";
import type { Env } from "./env.ts";
import { sweepPublishers } from "./publishers/settle.ts";
import { forgetChanges } from "./watch/forget.ts";

export { Counter } from "./access/counter.ts";
export { Guard } from "./access/guard.ts";
export { AuditBuffer } from "./audit/buffer.ts";
export { PublisherSession } from "./publishers/session.ts";
export { Feed } from "./watch/feed.ts";

export default {
  fetch,
  async scheduled(event, env) {
    const deps = depsOf(env);
    const now = new Date(event.scheduledTime);
    await Promise.all([sweepPublishers(deps, now), sweepSso(deps), forgetChanges(deps.store.db)]);
  },
} satisfies ExportedHandler<Env>;
