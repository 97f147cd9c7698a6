/** One question to the provider: bounded in time and size, followed nowhere else, and answered with JSON or a clear refusal. */
import { Refusal, refuse } from "#db/protocol/errors";
import { readBytes } from "../../http/body.ts";

const PATIENCE_MS = 8_000;
/** Bytes; an organisation's key set or a person's claims take a few thousand. */
const LARGEST = 262_144;

export interface Asked {
  status: number;
  json: unknown;
}

/** @param what for people: `the provider's keys`. @throws Refusal provider_unreachable, provider_timeout, provider_failed */
export async function askProvider(what: string, url: string, init: RequestInit = {}): Promise<Asked> {
  const host = new URL(url).host;
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(url, {
      ...init,
      headers: { accept: "application/json", "user-agent": "mcpctl", ...init.headers },
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    text = new TextDecoder().decode(await readBytes(answer, LARGEST, tooLong));
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    const late = cause instanceof Error && cause.name === "TimeoutError";
    if (late)
      refuse("provider_timeout", `${host} did not send ${what} within ${PATIENCE_MS / 1000} seconds.`, {
        hint: "Nothing was changed: try again in a moment.",
        cause,
      });
    refuse("provider_unreachable", `${host}, where people log in, can't be reached for ${what}.`, {
      hint: "Nothing was changed: try again in a moment. Whoever runs this edge should check the issuer in OIDC.",
      cause,
    });
  }
  return { status: answer.status, json: parsed(what, host, answer, text) };
}

const tooLong = () => new Refusal("provider_failed", "The provider's answer is larger than any that makes sense.");

function parsed(what: string, host: string, answer: Response, text: string): unknown {
  const { status } = answer;
  if (status >= 300 && status < 400)
    refuse("provider_failed", `${host} sends elsewhere for ${what} (${status}).`, {
      hint: "Whoever runs this edge should set the issuer in OIDC to where that leads.",
    });
  try {
    return JSON.parse(text);
  } catch (cause) {
    const kind = /^\s*</.test(text) ? "a web page" : text.trim() === "" ? "nothing" : "what is no JSON";
    refuse("provider_failed", `${host} answered ${status} with ${kind} where ${what} should be.`, {
      hint: "Try again in a moment. If it stays so, whoever runs this edge should check the issuer in OIDC.",
      cause,
    });
  }
}
