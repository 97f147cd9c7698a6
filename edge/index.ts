import { fetch } from "./app.ts";
import { depsOf } from "./deps.ts";
import type { Env } from "./env.ts";
import { sweepPublishers } from "./publishers/settle.ts";

export { Guard } from "./access/guard.ts";
export { AuditBuffer } from "./audit/buffer.ts";
export { PublisherSession } from "./publishers/session.ts";

export default {
  fetch,
  scheduled: (event, env) => sweepPublishers(depsOf(env), new Date(event.scheduledTime)),
} satisfies ExportedHandler<Env>;
