/** Who is calling, and what they may do: what `authenticate` finds out and `decide` reads. */
import type { Binding, Operation } from "#db/kinds/parts/grants";

export interface Principal {
  kind: "User" | "McpToken" | "ServiceAccount" | "Cluster" | "Publisher";
  /** CUID of the user or mcptoken; a service account's name. */
  id: string;
  /** The user's name; a token's creator-independent own name; `cluster/namespace/name`. */
  name: string;
  email?: string;
  /** Set where a token was used: for logs and audit. */
  tokenName?: string;
  /** First 8 hexadecimal characters of the credential's hash: for logs and audit. */
  tokenHash8?: string;
  /** A token's project: nothing outside it exists for its bearer. */
  project?: string;
  /** CUID of that project: a route's `:project` may be either. */
  projectId?: string;
  /** Names of the groups that a user is a member of. */
  groups?: readonly string[];
  /** Who sent the request, where it is made as this principal by `X-Service-Account`. */
  impersonator?: Principal;
}

/** Permissions of one principal, from all definitions that concern it. */
export interface Grants {
  bindings: readonly Binding[];
  operations: readonly Operation[];
}

export interface Caller {
  principal: Principal;
  grants: Grants;
  /** When the token ends that was used, milliseconds since the epoch; absent: never, or it is a login that renews itself. */
  expiresAt?: number;
}
