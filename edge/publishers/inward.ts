/** What the Worker says to a session's object. Both are this edge: nothing here comes from outside unparsed. */
import type { RegisterRequest } from "#db/protocol/publisher";
import type { Tie } from "../identity/tie.ts";
import { decodeRefusal } from "../objects/refusal-codec.ts";

export interface RegisterInward {
  session: string;
  /** A new id was made for this registration; else the session must be known and vouched for. */
  fresh: boolean;
  owner: { key: string; label: string };
  /** What it is registered with, and hangs on from then on. */
  tie: Tie;
  request: RegisterRequest;
}

/** Head of an `/infer`; its body is the caller's. */
export interface InferInward {
  session: string;
  taskId: string;
  llm: string;
  model: string;
  path: string;
  headers: Record<string, string>;
  stream: boolean;
  firstByteMs: number;
}

/** Asks an object whether its rows are right. */
export interface SettleInward {
  session: string;
  /** Kind and id of the principal that wants its names for another session. Its own owner gets them, if it has never opened a channel. */
  claimant?: string;
}

/** What an object says when it is asked whether its rows are right. `active` is the only answer of one that is there. */
export interface Settled {
  presence: "active" | "inactive" | "gone";
}

/** Carries an `InferInward` as JSON, percent-encoded: header values are Latin-1. */
const INFER_HEADER = "x-mcpctl-infer";

export const writeInfer = (inward: InferInward): Record<string, string> => ({
  [INFER_HEADER]: encodeURIComponent(JSON.stringify(inward)),
});

export const readInfer = (request: Request): InferInward =>
  JSON.parse(decodeURIComponent(request.headers.get(INFER_HEADER) ?? "")) as InferInward;

/** A session's object, for who speaks to it. */
export interface PublisherPort extends Pick<Fetcher, "fetch"> {
  /** Something that concerns whom its session hangs on was written. @returns whether it still hangs on this Guard. */
  rightsChanged(guard: string): Promise<boolean>;
}

/** @throws Refusal that the object answered with. */
export async function ask(object: Pick<PublisherPort, "fetch">, path: string, init: RequestInit): Promise<Response> {
  const response = await object.fetch(`https://publisher${path}`, init);
  const refusal = await decodeRefusal(response);
  if (refusal) throw refusal;
  return response;
}
