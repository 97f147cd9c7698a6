/** Which upstream a target is asked through. */
import type { Deps } from "../deps.ts";
import { publisherUpstream } from "../publishers/upstream.ts";
import { providerUpstream } from "./providers/provider.ts";
import type { Target } from "./target.ts";
import type { Upstream } from "./upstream.ts";

/** @throws Refusal where it can't be asked. */
export function upstreamOf(target: Target, deps: Pick<Deps, "env">): Upstream {
  switch (target.is) {
    case "provider":
      return providerUpstream(target);
    case "publisher":
      return publisherUpstream(deps, target.session);
    case "cluster":
    case "nowhere":
      throw target.why;
  }
}
