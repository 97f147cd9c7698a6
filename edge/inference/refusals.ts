/** What a caller is told where a model's answer is not to be had. */
import { Refusal } from "#db/protocol/errors";
import { openaiError } from "../http/surfaces/openai.ts";
import { failed } from "./answer.ts";
import type { Target } from "./directory.ts";
import { concat } from "./json-scan.ts";

const encoder = new TextEncoder();

export function clientGone(): Refusal {
  return new Refusal("client_gone", "The client hung up.");
}

export const didNotBegin = (target: Target): Refusal =>
  tooLate(target, "did not begin to answer", target.spec.timeouts.firstByte);

export const fellSilent = (target: Target): Refusal => tooLate(target, "said nothing more", target.spec.timeouts.idle);

export const overdue = (target: Target): Refusal =>
  tooLate(target, "did not finish its answer", target.spec.timeouts.total ?? 0);

/** @param what the provider did not do within that time. */
function tooLate({ name, base }: Target, what: string, milliseconds: number): Refusal {
  const [who, code] =
    base === undefined ? (["publisher", "publisher_timeout"] as const) : (["provider", "provider_timeout"] as const);
  return new Refusal(code, `The ${who} of LLM ${name} ${what} within ${milliseconds / 1000} s.`, {
    hint: "Try again, or have the LLM's `timeouts` raised.",
  });
}

/** Why a publisher did, its object can't tell in the middle of an answer: it left, was cut off, or may no longer publish. */
export function brokeOff(target: Target, cause: unknown): Refusal {
  const what = "broke off in the middle of its answer";
  const details = {
    hint: "What came so far may be incomplete: try again.",
    ...(cause === undefined ? {} : { cause }),
  };
  if (target.base === undefined)
    return new Refusal("publisher_failed", `The publisher of LLM ${target.name} ${what}.`, details);
  return failed(target, what, details);
}

/** A publisher's object that was moved or redeployed drops its calls with an error of the runtime's own. */
export function unreached({ name, base }: Target, cause: unknown): Refusal {
  if (cause instanceof Refusal) return cause;
  if (base === undefined)
    return new Refusal("publisher_offline", `The publisher of LLM ${name} can't be reached now.`, {
      hint: "Try again in a few seconds.",
      retryAfter: 2,
      cause,
    });
  return new Refusal("provider_unreachable", `The provider of LLM ${name} can't be reached.`, {
    hint: "Try again; if it stays so, its url may be wrong or the provider down.",
    cause,
  });
}

/**
 * One error event, on a line of its own whatever the provider left unfinished. Never `[DONE]`.
 * @param tail the last that the client got.
 */
export function farewell(refusal: Refusal, tail: string): Uint8Array {
  const begun = tail !== "" && !/\r?\n\r?\n$/.test(tail);
  return concat([
    encoder.encode(begun ? "\n\n" : ""),
    encoder.encode(`data: ${JSON.stringify(openaiError(refusal))}\n\n`),
  ]);
}
