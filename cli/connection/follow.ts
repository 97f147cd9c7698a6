/** What changes at the edge, for as long as somebody looks: over lost connections, restarts and renewed logins. */
import { createParser } from "eventsource-parser";
import { backoff, patient } from "#db/client/backoff";
import { Failure } from "../failure.ts";
import type { Tools } from "../verb.ts";
import type { Api, Shown } from "./api.ts";
import { failureOfProblem } from "./refusals.ts";

export type Told =
  /** All that is there follows, up to `listed`: what was known before counts no more. */
  { is: "listing" } | { is: "listed" } | { is: "ADDED" | "MODIFIED" | "DELETED"; resource: Shown };

export interface Followed {
  path: string;
  query: Readonly<Record<string, string | undefined>>;
  /** Only what comes after this `resourceVersion`. */
  after?: string;
  signal: AbortSignal;
}

/** The edge says something every 10 s; one that says nothing for so long has gone without a word. */
const SILENCE_MS = 45_000;

/** Ends when `signal` does. @throws Failure where it never began, and where going on is not allowed. */
export async function follow(
  api: Api,
  { path, query, after, signal }: Followed,
  tools: Pick<Tools, "io" | "sleep">,
  tell: (told: Told) => Promise<void> | void,
): Promise<void> {
  let from = after;
  let failures = 0;
  for (let begun = false; ; ) {
    try {
      const answer = await api.open("GET", path, {
        query: { ...query, watch: "true", resourceVersion: from },
        headers: { accept: "text/event-stream" },
        signal,
      });
      begun = true;
      if (from === undefined) await tell({ is: "listing" });
      for await (const { type, id, object } of eventsOf(answer, signal)) {
        if (type === "ERROR") throw failureOfProblem(object);
        failures = 0;
        if (type === "BOOKMARK" && object["initialEventsEnd"] === true) await tell({ is: "listed" });
        if (type === "ADDED" || type === "MODIFIED" || type === "DELETED")
          await tell({ is: type, resource: object as Shown });
        from = id ?? from;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!begun || !(error instanceof Failure)) throw error;
      if (error.code === "expired") from = undefined;
      // A login that ran out is renewed by the next request, or refused there.
      else if (error.exit !== 5 && error.code !== "not_authenticated") throw error;
      else if (failures === 1) tools.io.err(`Warning: ${error.message} Reconnecting.\n`);
    }
    if (signal.aborted) return;
    const wait = backoff(failures, Math.random(), patient);
    if (failures++ > 0) await tools.sleep(wait).catch(() => undefined);
  }
}

interface Event {
  type: string;
  id: string | undefined;
  object: Record<string, unknown>;
}

/** @throws Failure unreachable when the connection breaks or falls silent */
async function* eventsOf(answer: Response, signal: AbortSignal): AsyncGenerator<Event> {
  const ready: Event[] = [];
  const parser = createParser({
    onEvent({ id, data }) {
      const { type, object } = JSON.parse(data) as Pick<Event, "type" | "object">;
      ready.push({ type, id, object });
    },
  });
  const reader = (answer.body ?? new ReadableStream<Uint8Array>()).getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await orSilence(reader);
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      yield* ready.splice(0);
    }
  } catch (cause) {
    if (signal.aborted || cause instanceof Failure) throw cause;
    throw new Failure("The connection to the edge was lost.", { exit: 5, cause });
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

async function orSilence(reader: ReadableStreamDefaultReader<Uint8Array>) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Failure("The edge stopped sending.", { exit: 5 })), SILENCE_MS);
  });
  try {
    return await Promise.race([reader.read(), silence]);
  } finally {
    clearTimeout(timer);
  }
}
