/**
 * `/mcp`, as MCP's clients know it: what is refused before there is a message to answer has the HTTP status, and a JSON-RPC error
 * without an id (https://modelcontextprotocol.io/specification/2025-11-25/basic/transports, JSON-RPC 2.0, section 5).
 */
import type { ErrorCode } from "#db/protocol/errors";
import { headOf, sentence } from "./head.ts";
import { type Surface, within } from "./surface.ts";

/** JSON-RPC's own codes; everything else is the server's to define, and `data.code` says what it is. */
const codes: Partial<Record<ErrorCode, number>> = {
  malformed_json: -32700,
  invalid_request: -32600,
  internal: -32603,
  misconfigured: -32603,
};
const OF_THE_SERVER = -32000;

export const mcp: Surface = {
  name: "mcp",
  owns: within("/mcp"),
  strict: false,
  write(refusal, requestId) {
    const { code, details } = refusal;
    const { permission } = details;
    const body = {
      jsonrpc: "2.0",
      id: null,
      error: {
        code: codes[code] ?? OF_THE_SERVER,
        message: sentence(refusal),
        data: { code, ...(permission ? { permission } : {}) },
      },
    };
    return new Response(JSON.stringify(body), headOf(refusal, requestId, "application/json"));
  },
  openapi: {
    prefix: "McpError",
    refusal: {
      "application/json": {
        schema: {
          type: "object",
          description: "JSON-RPC 2.0.",
          required: ["jsonrpc", "id", "error"],
          properties: {
            jsonrpc: { const: "2.0" },
            id: { type: "null" },
            error: {
              type: "object",
              required: ["code", "message"],
              properties: {
                code: { type: "integer" },
                message: { type: "string" },
                data: { type: "object", properties: { code: { type: "string" }, permission: { type: "string" } } },
              },
            },
          },
        },
      },
    },
    refuses: [],
    changesRefuse: [],
  },
};
