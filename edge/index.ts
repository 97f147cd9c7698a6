import { sweepSso } from "./access/oidc/upkeep.ts";
import { fetch } from "./app.ts";
import { depsOf } from "./deps.ts";
import type { Env } from "./env.ts";
import { sweepPublishers } from "./publishers/settle.ts";

export { Guard } from "./access/guard.ts";
export { AuditBuffer } from "./audit/buffer.ts";
export { PublisherSession } from "./publishers/session.ts";

export default {
  fetch,
  async scheduled(event, env) {
    const deps = depsOf(env);
    await Promise.all([sweepPublishers(deps, new Date(event.scheduledTime)), sweepSso(deps)]);
  },
} satisfies ExportedHandler<Env>;
