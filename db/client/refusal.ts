/** Parses error answers: problem+json from `/api`, and OpenAI's error object from `/v1`. */
import type { Fault } from "../protocol/errors.ts";

export interface SaidRefusal {
  message?: string;
  code?: string;
  hint?: string;
  faults?: Fault[];
}

const record = (v: unknown): Record<string, unknown> | undefined =>
  typeof v === "object" && v !== null && !Array.isArray(v) ? (v as Record<string, unknown>) : undefined;
const string = (v: unknown) => (typeof v === "string" && v !== "" ? v : undefined);

/** Of any surface. @returns nothing for what is no refusal. */
export function readRefusal(text: string): SaidRefusal {
  const inner = record(json(text)?.["error"]);
  if (!inner) return readProblem(text);
  return pick(string(inner["message"]), string(inner["code"]) ?? string(inner["type"]));
}

/** Of `/api` alone: an error as model servers write it is none. */
export function readProblem(text: string): SaidRefusal {
  const body = json(text);
  if (!body) return {};
  const faults = Array.isArray(body["errors"]) ? body["errors"].map(faultOf) : undefined;
  return {
    ...pick(string(body["detail"]) ?? string(body["title"]), string(body["code"])),
    ...(string(body["hint"]) ? { hint: String(body["hint"]) } : {}),
    ...(faults?.length ? { faults } : {}),
  };
}

function json(text: string): Record<string, unknown> | undefined {
  try {
    return record(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Seconds; undefined where it says none, or a date, which no edge does. */
export function retryAfterOf(headers: Headers): number | undefined {
  const seconds = Number.parseInt(headers.get("retry-after") ?? "", 10);
  return Number.isFinite(seconds) ? seconds : undefined;
}

const pick = (message: string | undefined, code: string | undefined): SaidRefusal => ({
  ...(message ? { message } : {}),
  ...(code ? { code } : {}),
});

function faultOf(value: unknown): Fault {
  const f = record(value) ?? {};
  const out: Fault = { path: string(f["path"]) ?? "", message: string(f["message"]) ?? "is not valid" };
  for (const key of ["expected", "given", "suggestion"] as const) {
    const v = f[key];
    if (v !== undefined && v !== null) out[key] = typeof v === "string" ? v : JSON.stringify(v);
  }
  return out;
}
