/** One question to the provider: bounded in time and size, followed nowhere else, and answered with JSON or a clear refusal. */
import * as oauth from "oauth4webapi";
import { Refusal, refuse } from "#db/protocol/errors";
import { readText } from "../http/body.ts";

export const PATIENCE_MS = 8_000;
/** Bytes; an organisation's key set or a person's claims take a few thousand. */
const LARGEST = 262_144;

interface Question {
  method: string;
  headers: Record<string, string>;
  body?: URLSearchParams | null | undefined;
}

/**
 * How oauth4webapi asks. It is told that plain http will do because it knows only "always https": which addresses are asked is decided
 * where the settings and the provider's description are read, and plain http is this machine's alone there.
 * @param what for people: `its keys`. The question @throws Refusal provider_unreachable, provider_timeout, provider_failed
 */
export function asking(what: string) {
  const ask = (url: string, question: Question) => askProvider(what, url, question);
  return { [oauth.customFetch]: ask, [oauth.allowInsecureRequests]: true };
}

/** @returns what was said, and nothing of its headers: providers name the wrong type, and what they challenge is told in the body. */
export async function askProvider(
  what: string,
  url: string,
  { method, headers, body = null }: Question = { method: "GET", headers: {} },
): Promise<Response> {
  const host = new URL(url).host;
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(url, {
      method,
      body,
      headers: { accept: "application/json", ...headers, "user-agent": "mcpctl" },
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    text = await readText(answer, LARGEST);
  } catch (cause) {
    throw failed(what, host, cause);
  }
  assertJson(what, host, answer.status, text);
  return new Response(text, { status: answer.status, headers: { "content-type": "application/json" } });
}

function failed(what: string, host: string, cause: unknown): Refusal {
  if (cause instanceof Refusal)
    return cause.code === "too_large"
      ? new Refusal("provider_failed", "The provider's answer is larger than any that makes sense.", { cause })
      : new Refusal("provider_failed", `${host} answered with what is no text where ${what} should be.`, { cause });
  if (cause instanceof Error && cause.name === "TimeoutError")
    return new Refusal("provider_timeout", `${host} did not send ${what} within ${PATIENCE_MS / 1000} seconds.`, {
      hint: "Nothing was changed: try again in a moment.",
      cause,
    });
  return new Refusal("provider_unreachable", `${host}, where people log in, can't be reached for ${what}.`, {
    hint: "Nothing was changed: try again in a moment. Whoever runs this edge should check the issuer in OIDC.",
    cause,
  });
}

function assertJson(what: string, host: string, status: number, text: string): void {
  if (status >= 300 && status < 400)
    refuse("provider_failed", `${host} sends elsewhere for ${what} (${status}).`, {
      hint: "Whoever runs this edge should set the issuer in OIDC to where that leads.",
    });
  try {
    JSON.parse(text);
  } catch (cause) {
    const kind = /^\s*</.test(text) ? "a web page" : text.trim() === "" ? "nothing" : "what is no JSON";
    refuse("provider_failed", `${host} answered ${status} with ${kind} where ${what} should be.`, {
      hint: "Try again in a moment. If it stays so, whoever runs this edge should check the issuer in OIDC.",
      cause,
    });
  }
}
