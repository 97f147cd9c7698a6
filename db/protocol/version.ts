/** Of mcpctl as a whole: what `/healthz` tells. A test holds it equal to package.json's. */
export const version = "0.1.0";

/**
 * One integer for every protocol on the wire between the edge and what dials it. The edge speaks N and N−1; unknown fields
 * are ignored, unknown frames answered with an error code.
 *
 * 1 · 2026-11-23 · publishers: register, stream (SSE), heartbeat, result; tasks infer, cancel, drain.
 * 1 · 2026-11-30 · a published LLM may say `providerMayChoose`; who does not know it does not allow it.
 * 1 · 2026-11-30 · publishers: slots of each LLM at register, `capacity.slots` is their total; event `withdrawn` and the same in a
 *   heartbeat's answer; `closed` also because `revoked` or `unconfirmed`, with a message. Who does not know them loses nothing.
 */
export const PROTOCOL_VERSION = 1;
export const OLDEST_PROTOCOL_VERSION = 1;
