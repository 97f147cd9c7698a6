/**
 * What a login carries from one step to the next, in a browser's cookie or in a one-time code: sealed, so that nobody reads or makes
 * one, and bound to the step it is for. Strangers who begin logins and never end them leave nothing in the store.
 */
import { z } from "zod";
import { hashCredential } from "../identity/credential.ts";
import type { Objects } from "../objects/named.ts";
import type { CounterPort, Policy } from "../rights/throttle.ts";
import { openText, sealText } from "../secrets/index.ts";
import type { Settings } from "../settings.ts";

const timed = z.object({ until: z.number(), value: z.unknown() });

/** @param until milliseconds since the epoch. */
export function sealStep(settings: Settings, step: string, value: unknown, until: number): Promise<string> {
  return sealText(settings, `oidc/${step}`, JSON.stringify({ until, value }));
}

/** @returns undefined for one of another step, altered, made by somebody else, or too old. */
export async function openStep<S extends z.ZodType>(
  settings: Settings,
  step: string,
  schema: S,
  sealed: string | undefined,
  now: number,
): Promise<z.output<S> | undefined> {
  const text = sealed === undefined ? undefined : await openText(settings, `oidc/${step}`, sealed);
  if (text === undefined) return undefined;
  const { until, value } = timed.parse(JSON.parse(text));
  // What an earlier version sealed may look otherwise: then it is as if it were too old.
  return until > now ? schema.safeParse(value).data : undefined;
}

/** Longest life of anything that is good once, in milliseconds. */
export const ONCE_MS = 600_000;
/** A bucket with one attempt in it, which comes back when nothing that it stands for is good any more. */
const once: Policy = { burst: 1, refillMs: ONCE_MS };

/** Whether this is the first use of something that is good once and lives at most `ONCE_MS`; across all isolates. */
export async function firstUse(counters: Objects<CounterPort>, what: string): Promise<boolean> {
  return (await counters.getByName(`once:${hashCredential(what)}`).attempt(once)) === 0;
}
