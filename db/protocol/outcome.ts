/**
 * Header of the answer to a write that says what it did: `created`, `changed` or `unchanged`. The version alone can't tell: apply
 * that takes over fields which say already what the manifest says makes a new version of the same content.
 */
export const OUTCOME_HEADER = "mcpctl-outcome";
