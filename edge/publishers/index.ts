/** The publishers' routes: each is checked at the door and handed to the object of its session. */
import { createId } from "@paralleldrive/cuid2";
import { z } from "zod";
import { Refusal, refuse } from "#db/protocol/errors";
import {
  heartbeatRequest,
  heartbeatResponse,
  providerSessionId,
  type RegisterResponse,
  registerRequest,
  registerResponse,
  resultFrame,
  SECRET_HEADER,
  SESSION_HEADER,
} from "#db/protocol/publisher";
import { OLDEST_PROTOCOL_VERSION, PROTOCOL_VERSION } from "#db/protocol/version";
import type { Call } from "../http/call.ts";
import { may, type Permission, type Route, route } from "../http/route.ts";
import { notAuthenticated } from "../identity/not-authenticated.ts";
import { publishing } from "./identity.ts";
import { ask, type RegisterInward } from "./inward.ts";

const ownSecret: Permission = {
  is: "object",
  secret: {
    of: "the publisher's session",
    headers: { publisherSession: SESSION_HEADER, publisherSecret: SECRET_HEADER },
  },
};
/** Older publishers add what they like. */
const lenient = { strict: false } as const;
const tag = "publishers";
const channel = z.string().describe("Server-sent events, each with a task.");

export const publisherRoutes: readonly Route[] = [
  route(
    "POST",
    "/api/v1/llms/_provider-register",
    may(publishing.role, publishing.resource),
    {
      tag,
      summary: "Publish models from a local agent: all names or none.",
      body: registerRequest,
      answer: { status: 200, schema: registerResponse },
    },
    async (call) => Response.json(await register(call), { headers: { "cache-control": "no-store" } }),
  ),
  route(
    "GET",
    "/api/v1/llms/_provider-stream",
    ownSecret,
    {
      tag,
      summary: "The channel on which tasks come, as server-sent events.",
      answer: { status: 200, schema: channel, type: "text/event-stream" },
    },
    (call) => {
      // A HEAD is answered by running the GET: it would replace the channel that is open, and drop its own.
      if (call.request.method !== "GET") refuse("method_not_allowed", "A channel is opened by GET.", { allow: "GET" });
      return forward(call, "/stream");
    },
    lenient,
  ),
  route(
    "POST",
    "/api/v1/llms/_provider-heartbeat",
    ownSecret,
    {
      tag,
      summary: "Keep a session alive, tell its load, or say good-bye.",
      body: heartbeatRequest,
      answer: { status: 200, schema: heartbeatResponse },
    },
    (call) => forward(call, "/heartbeat"),
    lenient,
  ),
  route(
    "POST",
    "/api/v1/llms/_provider-task/:id/result",
    ownSecret,
    {
      tag,
      summary: "Answer a task: a streaming body, or a frame.",
      body: resultFrame,
      answer: { status: 200, schema: z.looseObject({ accepted: z.boolean() }) },
    },
    (call) => forward(call, `/result/${encodeURIComponent(call.params["id"] ?? "")}`),
    lenient,
  ),
];

/** A hundred models with their descriptions, and what a newer agent may say beside. */
const REGISTER_LIMIT_BYTES = 524_288;

async function register(call: Call): Promise<RegisterResponse> {
  const { protocol } = await call.json(z.looseObject({ protocol: z.int().positive() }), REGISTER_LIMIT_BYTES);
  if (protocol < OLDEST_PROTOCOL_VERSION || protocol > PROTOCOL_VERSION) {
    refuse("unsupported", `This edge does not speak version ${protocol} of the publishers' protocol.`, {
      hint: `It speaks ${OLDEST_PROTOCOL_VERSION} to ${PROTOCOL_VERSION}: update ${protocol > PROTOCOL_VERSION ? "the edge" : "mcplocal"}.`,
    });
  }
  const request = await call.json(registerRequest, REGISTER_LIMIT_BYTES);
  const twice = request.llms.findIndex((l, i) => request.llms.findIndex((o) => o.name === l.name) !== i);
  if (twice >= 0) {
    const name = request.llms[twice]?.name;
    const faults = [{ path: `llms[${twice}].name`, message: "is there twice", given: String(name) }];
    refuse("invalid_request", `The name ${name} is there twice.`, { faults });
  }
  const { principal } = call.caller;
  const owner = { key: `${principal.kind}:${principal.id}`, label: principal.name };
  const tie = await call.deps.access.tieOf(call.request);
  if (!tie) throw notAuthenticated();
  const known = providerSessionId.safeParse(request.providerSessionId);
  if (known.success) {
    try {
      return await send(call, { session: known.data, fresh: false, owner, tie, request });
    } catch (error) {
      // Forgotten, or somebody else's: it gets a session of its own.
      if (!(error instanceof Refusal && error.code === "not_found")) throw error;
    }
  }
  return send(call, { session: createId(), fresh: true, owner, tie, request });
}

async function send(call: Call, inward: RegisterInward): Promise<RegisterResponse> {
  const object = call.deps.env.PUBLISHER.getByName(inward.session);
  return (await ask(object, "/register", { method: "POST", body: JSON.stringify(inward) })).json<RegisterResponse>();
}

/** As it came: the object checks the secret, and streams go through untouched. */
function forward(call: Call, path: string): Promise<Response> {
  const session = providerSessionId.safeParse(call.request.headers.get(SESSION_HEADER));
  if (!session.success || !call.request.headers.has(SECRET_HEADER)) {
    refuse("not_authenticated", `A publisher proves itself by ${SESSION_HEADER} and ${SECRET_HEADER}.`, {
      hint: "Both come from the answer to a registration.",
    });
  }
  return ask(call.deps.env.PUBLISHER.getByName(session.data), path, call.request);
}
