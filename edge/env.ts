/** What the runtime hands to the Worker and its objects, as wrangler.toml declares it. */

import type { AuditPort } from "./audit/index.ts";
import type { GuardPort } from "./identity/guard-port.ts";
import type { Objects } from "./objects/named.ts";
import type { PublisherPort } from "./publishers/inward.ts";
import type { CounterPort } from "./rights/throttle.ts";
import type { Variables } from "./settings.ts";
import type { FeedPort } from "./watch/tell.ts";

export interface Env extends Variables {
  GUARD: Objects<GuardPort>;
  COUNTER: Objects<CounterPort>;
  PUBLISHER: Objects<PublisherPort>;
  AUDIT: Objects<AuditPort>;
  FEED: Objects<FeedPort>;
}
