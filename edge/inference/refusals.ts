/** What a caller is told where a model's answer is not to be had. */
import { Refusal } from "#db/protocol/errors";
import { failed } from "./answer.ts";
import { DID_NOT_BEGIN, FELL_SILENT, OVERDUE } from "./exchange-machine.ts";
import type { Target } from "./target.ts";

export function clientGone(): Refusal {
  return new Refusal("client_gone", "The client hung up.");
}

export const didNotBegin = (target: Target): Refusal =>
  tooLate(target, "did not begin to answer", target.spec.timeouts.firstByte);

export const fellSilent = (target: Target): Refusal => tooLate(target, "said nothing more", target.spec.timeouts.idle);

export const overdue = (target: Target): Refusal =>
  tooLate(target, "did not finish its answer", target.spec.timeouts.total ?? 0);

/** @param what the provider did not do within that time. */
function tooLate({ name, is }: Target, what: string, milliseconds: number): Refusal {
  const [who, code] =
    is === "publisher" ? (["publisher", "publisher_timeout"] as const) : (["provider", "provider_timeout"] as const);
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
  if (target.is === "publisher")
    return new Refusal("publisher_failed", `The publisher of LLM ${target.name} ${what}.`, details);
  return failed(target, what, details);
}

export function unreached({ is, name }: Target, cause: unknown): Refusal {
  if (cause instanceof Refusal) return cause;
  switch (is) {
    // Its object that was moved or redeployed drops its calls with an error of the runtime's own.
    case "publisher":
      return new Refusal("publisher_offline", `The publisher of LLM ${name} can't be reached now.`, {
        hint: "Try again in a few seconds.",
        retryAfter: 2,
        cause,
      });
    case "provider":
    case "cluster":
    case "nowhere":
      return new Refusal("provider_unreachable", `The provider of LLM ${name} can't be reached.`, {
        hint: "Try again; if it stays so, its url may be wrong or the provider down.",
        cause,
      });
  }
}

/** @param effects of the exchange's machine, which gives up. */
export function refusalFor(effects: number, target: Target): Refusal {
  if (effects & OVERDUE) return overdue(target);
  if (effects & FELL_SILENT) return fellSilent(target);
  return effects & DID_NOT_BEGIN ? didNotBegin(target) : clientGone();
}
