import { app } from "./app.ts";
import type { Env } from "./env.ts";

export { Guard } from "./access/guard.ts";
export { AuditBuffer } from "./audit/buffer.ts";
export { PublisherSession } from "./publishers/session.ts";

export default {
  fetch: app.fetch,
} satisfies ExportedHandler<Env>;
