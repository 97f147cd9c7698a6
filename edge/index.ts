import { fetch } from "./app.ts";
import { AuditBuffer } from "./audit/buffer.ts";
import { depsOf } from "./deps.ts";
import { Guard } from "./identity/guard.ts";
import { PublisherSession } from "./publishers/session.ts";
import { sweepPublishers } from "./publishers/settle.ts";
import { Counter } from "./rights/counter.ts";
import type { Variables } from "./settings.ts";
import { sweepSso } from "./sso/upkeep.ts";
import { Feed } from "./watch/feed.ts";
import { forgetChanges } from "./watch/forget.ts";

export { AuditBuffer, Counter, Feed, Guard, PublisherSession };

/** Each binding with its class. Everything else sees `Env`: what a class does, without what it is made of. */
interface Bindings extends Variables {
  GUARD: DurableObjectNamespace<Guard>;
  COUNTER: DurableObjectNamespace<Counter>;
  PUBLISHER: DurableObjectNamespace<PublisherSession>;
  AUDIT: DurableObjectNamespace<AuditBuffer>;
  FEED: DurableObjectNamespace<Feed>;
}

export default {
  fetch,
  async scheduled(event, env) {
    const deps = depsOf(env);
    const now = new Date(event.scheduledTime);
    await Promise.all([sweepPublishers(deps, now), sweepSso(deps), forgetChanges(deps.store.db)]);
  },
} satisfies ExportedHandler<Bindings>;
