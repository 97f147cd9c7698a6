/** Where an LLM is asked: one value for each way in which that can be. Made by directory.ts. */
import type { SpecOf, StatusOf } from "#db/kinds/index";
import type { BaseUrl } from "#db/protocol/base-url";
import type { Refusal } from "#db/protocol/errors";
import type { Dialect, KeyHeader } from "./dialects/dialect.ts";
import type { Line } from "./providers/line.ts";

export type Target = ProviderTarget | PublisherTarget | ClusterTarget | NowhereTarget;

interface Llm {
  id: string;
  name: string;
  spec: SpecOf<"llm">;
  status: StatusOf<"llm">;
  /** How whoever answers for it speaks. */
  dialect: Dialect;
}

/** At a provider, or a server that somebody runs, to which the edge itself sends requests. */
export interface ProviderTarget extends Llm {
  is: "provider";
  /** Where its endpoints are. */
  base: BaseUrl;
  /** What is known of the connections there. */
  line: Line;
  /** The provider's key, unsealed. Never logged, never in an answer. */
  key: string | undefined;
  keyHeader: KeyHeader | undefined;
}

/** At a local agent that dialled in. */
export interface PublisherTarget extends Llm {
  is: "publisher";
  /** CUID of the publisher's session. */
  session: string;
}

/** Inside a cluster, to be called from there. */
export interface ClusterTarget extends Llm {
  is: "cluster";
  cluster: string;
  /** This version can't call through a cluster: what whoever asks is told. */
  why: Refusal;
}

/** It exists, and can't be asked: what it says of itself is not enough, or nobody publishes it now. */
export interface NowhereTarget extends Llm {
  is: "nowhere";
  why: Refusal;
}
