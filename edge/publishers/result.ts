/** A publisher hands in a result, in one of four forms (docs/decisions/publishers-over-sse.md). */
import { type ErrorCode, Refusal, refuse } from "#db/protocol/errors";
import { RESULT_STATUS_HEADER, type ResultFrame, resultFrame } from "#db/protocol/publisher";
import { parseJson, parseWith, readText } from "../http/body.ts";
import { admitResult } from "./admit-result.ts";
import type { CallerRequest } from "./caller-request.ts";
import { copyResult, SourceBroken } from "./copy-result.ts";
import type { Event } from "./machine.ts";
import type { Session } from "./state.ts";

export interface ResultPorts {
  state(): Session;
  asked(task: string): CallerRequest | undefined;
  on(event: Event): void;
  /** Finds out whether the publisher is still there. */
  probe(): void;
  limits: {
    /** Milliseconds that a streaming result may be silent. */
    idle: number;
    /** Most bytes of a result that is not a streaming body. */
    bytes: number;
  };
}

/** Headers of a model server's answer that the caller gets. */
const passed = ["content-type", "retry-after", "x-request-id"];

/** No response with such a status has a body, so none can carry an answer. */
const bodyless = new Set([204, 205, 304]);

/** Characters of a publisher's own words that its caller is shown. */
const longestWords = 1_000;

/** @throws Refusal not_found, task_gone: nothing happened to any task; client_gone, publisher_timeout, too_large. */
export async function takeResult(task: string, request: Request, ports: ResultPorts): Promise<Response> {
  if (!isFrame(request)) {
    const asked = admitted(task, "body", ports);
    return takeBody(task, asked, request, ports);
  }
  if (!ports.asked(task)) admitted(task, "body", ports);
  const frame = parseWith(resultFrame, parseJson(await readText(request, ports.limits.bytes)));
  await takeFrame(task, frame, ports);
  return Response.json({ accepted: true });
}

function isFrame(request: Request): boolean {
  const type = request.headers.get("content-type") ?? "";
  return /^application\/json\b/i.test(type) && !request.headers.has(RESULT_STATUS_HEADER);
}

function admitted(task: string, by: "body" | "chunks", ports: ResultPorts): CallerRequest {
  const asked = ports.asked(task);
  const verdict = admitResult(ports.state(), task, by);
  if (verdict === "ok" && asked) return asked;
  if (verdict === "finished")
    refuse("task_gone", `Task ${task} has ended: it was answered, failed, or its caller went away.`);
  if (verdict === "taken") refuse("task_gone", `Task ${task} is being answered already; a result is accepted once.`);
  refuse("not_found", `This session was not asked to run a task ${task}.`);
}

async function takeFrame(task: string, frame: ResultFrame, ports: ResultPorts): Promise<void> {
  if ("error" in frame) {
    admitted(task, "chunks", ports);
    const { message, status = 502 } = typeof frame.error === "string" ? { message: frame.error } : frame.error;
    // What the publisher does not serve, it will not serve either when it is asked again, as SDKs do after a 5xx.
    const code = status === 400 || status === 404 ? "unsupported" : "publisher_failed";
    return failed(task, message.slice(0, longestWords).toWellFormed(), ports, code);
  }
  const chunked = "chunk" in frame;
  const asked = admitted(task, chunked ? "chunks" : "body", ports);
  if (!chunked && bodyless.has(frame.status)) return failed(task, noAnswer(frame.status), ports);
  ports.on({ is: "started", task, by: chunked ? "chunks" : "body" });
  const type = chunked && asked.stream ? "text/event-stream" : "application/json";
  asked.begin(chunked ? 200 : frame.status, { "content-type": type });
  const text = chunked ? frame.chunk.data : typeof frame.body === "string" ? frame.body : JSON.stringify(frame.body);
  try {
    if (text) await asked.write(new TextEncoder().encode(text));
    if (chunked && !frame.chunk.done) return;
    await asked.end();
    ports.on({ is: "ended", task });
  } catch (error) {
    brokenOff(task, error, ports);
  }
}

async function takeBody(task: string, asked: CallerRequest, request: Request, ports: ResultPorts): Promise<Response> {
  const status = Number(request.headers.get(RESULT_STATUS_HEADER) ?? "200");
  if (!Number.isInteger(status) || status < 200 || status > 599)
    refuse("invalid_request", `${RESULT_STATUS_HEADER} must be a status from 200 to 599.`);
  if (bodyless.has(status)) {
    failed(task, noAnswer(status), ports);
    return Response.json({ accepted: true });
  }
  const headers = new Headers();
  for (const name of passed) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  ports.on({ is: "started", task, by: "body" });
  asked.begin(status, headers);
  try {
    if (request.body) await copyResult(request.body, (bytes) => asked.write(bytes), ports.limits.idle);
    await asked.end();
    ports.on({ is: "ended", task });
    return Response.json({ accepted: true });
  } catch (error) {
    brokenOff(task, error, ports);
  }
}

const noAnswer = (status: number) => `The model server answered ${status}, which holds no answer.`;

/** The publisher knows already. */
function failed(task: string, message: string, ports: ResultPorts, code: ErrorCode = "publisher_failed"): void {
  ports.on({ is: "failed", task, code, message, tell: false });
}

/** Whoever broke it off, the other side hears of it. @throws Refusal always, for the publisher. */
function brokenOff(task: string, error: unknown, ports: ResultPorts): never {
  if (!ports.state().tasks.has(task))
    refuse("task_gone", `Task ${task} ended before its result did.`, { cause: error });
  if (error instanceof SourceBroken) {
    failed(task, "The publisher broke off its answer.", ports);
    ports.probe();
    throw new Refusal("task_gone", "The result broke off.", { cause: error });
  }
  if (error instanceof Refusal) {
    ports.on({ is: "failed", task, code: error.code, message: error.message, tell: true });
    throw error;
  }
  ports.on({ is: "callerGone", task });
  throw new Refusal("client_gone", "The caller went away.", { cause: error });
}
