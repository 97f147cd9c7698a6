/** A small load that keeps a ledger: what the system acknowledged, and when. What is in it must be there afterwards. */
import { z } from "zod";

export interface Answered {
  /** `x-request-id`: the audit event's correlation. */
  id: string;
  /** When the whole answer was here, milliseconds since the epoch. */
  at: number;
}

export interface Ledger {
  answered: Answered[];
  /** Names of groups whose creation was acknowledged. */
  created: string[];
  /** Requests that got no answer, or a refusal that no model was asked for. */
  refused: number;
  /** Streams that ended neither with [DONE] nor with an error event. */
  torn: number;
}

export interface Traffic {
  ledger: Ledger;
  stop(): Promise<void>;
}

const failure = z.looseObject({ error: z.looseObject({ code: z.string().nullish() }) });

/** Whether the record of an answer must exist: a model was asked, well or badly. */
function concernsModel(status: number, text: string): boolean {
  if (status === 200) return true;
  try {
    return failure.parse(JSON.parse(text)).error.code?.startsWith("provider_") ?? false;
  } catch {
    return false;
  }
}

/** @param llm answers `hello`. Four callers, of which every other streams, and one writer. */
export function startTraffic(edge: string, token: string, llm: string, round: string): Traffic {
  const ledger: Ledger = { answered: [], created: [], refused: 0, torn: 0 };
  const ended = new AbortController();
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };

  const call = async (stream: boolean) => {
    const answer = await fetch(`${edge}/v1/chat/completions`, {
      method: "POST",
      headers,
      body: JSON.stringify({ model: llm, stream, messages: [{ role: "user", content: "hello" }] }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await answer.text();
    const id = answer.headers.get("x-request-id");
    if (stream && answer.status === 200 && !text.includes("[DONE]") && !text.includes('"error"')) ledger.torn += 1;
    else if (id && concernsModel(answer.status, text)) ledger.answered.push({ id, at: Date.now() });
    else ledger.refused += 1;
  };
  let written = 0;
  const write = async () => {
    const name = `drill-${round}-${written++}`;
    const answer = await fetch(`${edge}/api/v1/groups`, {
      method: "POST",
      headers,
      body: JSON.stringify({ name }),
      signal: AbortSignal.timeout(10_000),
    });
    await answer.arrayBuffer();
    if (answer.status === 201) ledger.created.push(name);
    else ledger.refused += 1;
  };
  const repeat = async (work: () => Promise<void>, restMs: number) => {
    while (!ended.signal.aborted) {
      await work().catch(() => {
        ledger.refused += 1;
      });
      await new Promise((r) => setTimeout(r, restMs));
    }
  };
  const workers = [false, true, false, true].map((stream) => repeat(() => call(stream), 5));
  workers.push(repeat(write, 50));
  return {
    ledger,
    async stop() {
      ended.abort();
      await Promise.all(workers);
    },
  };
}
