/** Public keys of clusters: those that were registered, or what the issuer publishes (OpenID Connect Discovery 1.0, section 4). */
import type { JSONWebKeySet } from "jose";
import { z } from "zod";
import { Refusal } from "#db/protocol/errors";
import { causeOf } from "../cause.ts";
import { parseJson, readText } from "../http/body.ts";
import { classify, openableClasses } from "../inference/url.ts";
import type { Trust } from "./account-token.ts";
import { BoundedMap } from "./cache.ts";

/** Keys are fetched again after this, in milliseconds: one that the issuer has withdrawn signs no longer than that. */
const MAX_AGE = 600_000;
/** For how long keys serve while the issuer can't be reached. */
const STALE = 3_600_000;
/** Between two tries: strangers can send tokens with made-up key ids as fast as they like. */
const COOLDOWN = 30_000;
/** Fetches of one issuer at a time. */
const AT_ONCE = 8;

export interface Held {
  keys?: JSONWebKeySet;
  /** When the keys came; milliseconds since the epoch, as all times here. */
  at: number;
  /** When the last try ended. */
  triedAt: number;
  trying: number;
}

/** What to do for a token that names this key. Pure. */
export function nextStep(
  held: Held | undefined,
  keyId: string | undefined,
  now: number,
): "use" | "fetch" | "unreachable" {
  if (!held) return "fetch";
  const age = now - held.at;
  const known = held.keys?.keys.some((k) => k.kid === keyId) ?? false;
  if (known && age < MAX_AGE) return "use";
  if (now - held.triedAt >= COOLDOWN && held.trying < AT_ONCE) return "fetch";
  return held.keys && age < STALE ? "use" : "unreachable";
}

interface Port {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  now: () => number;
  /** Address classes that may be asked although they are not public. */
  allow: readonly string[];
}

export class KeySets {
  readonly #port: Port;
  /** By fingerprint: a cluster that is changed begins anew. */
  readonly #held = new BoundedMap<Held>(200);

  constructor(port: Port) {
    this.#port = port;
  }

  /** @throws Refusal issuer_unreachable where none can be had */
  async of({ issuer, fingerprint, jwks }: Trust, keyId: string | undefined): Promise<JSONWebKeySet> {
    if (jwks) return jwks;
    const held = this.#held.get(fingerprint) ?? { at: 0, triedAt: Number.NEGATIVE_INFINITY, trying: 0 };
    let step = nextStep(held, keyId, this.#port.now());
    if (step === "fetch") {
      this.#held.set(fingerprint, held);
      step = (await this.#fetch(issuer, held)) ? "use" : nextStep(held, keyId, this.#port.now());
    }
    if (step !== "use" || !held.keys) throw unreachable();
    return held.keys;
  }

  async #fetch(issuer: string, held: Held): Promise<boolean> {
    held.trying++;
    try {
      held.keys = await publishedKeys(issuer, this.#port);
      held.at = this.#port.now();
      return true;
    } catch (error) {
      console.error(JSON.stringify({ message: "an issuer's keys can't be had", issuer, cause: causeOf(error) }));
      return false;
    } finally {
      held.trying--;
      held.triedAt = this.#port.now();
    }
  }
}

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

/** @throws Error that says why they can't be had */
export async function publishedKeys(issuer: string, port: Pick<Port, "fetch" | "allow">): Promise<JSONWebKeySet> {
  const found = discovery.parse(await getJson(`${issuer.replace(/\/+$/, "")}/.well-known/openid-configuration`, port));
  if (found.issuer !== issuer) throw new Error(`it calls itself ${found.issuer.slice(0, 200)}`);
  return keySet.parse(await getJson(found.jwks_uri, port));
}

/** More than any issuer says. */
const LONGEST = 262_144;
const TIMEOUT = 5_000;

async function getJson(url: string, { fetch, allow }: Pick<Port, "fetch" | "allow">): Promise<unknown> {
  const why = unfetchable(url, allow);
  if (why) throw new Error(`${new URL(url).host} ${why}`);
  // A redirect could lead inside, where the address that was looked at did not.
  const init = {
    redirect: "manual",
    headers: { accept: "application/json" },
    signal: AbortSignal.timeout(TIMEOUT),
  } as const;
  const answer = await fetch(url, init);
  if (answer.status !== 200) {
    await answer.body?.cancel();
    throw new Error(`${new URL(url).host} answered ${answer.status}`);
  }
  return parseJson(await readText(answer, LONGEST));
}

/**
 * Why the edge does not ask this address, or undefined where it does. Keys decide who somebody is, so they come over https; over
 * http only from this very machine, where that was opened.
 */
export function unfetchable(url: string, allow: readonly string[]): string | undefined {
  const { protocol, hostname, username, password } = new URL(url);
  const found = classify(hostname);
  const opened = allow.includes(found) && openableClasses.some((c) => c === found);
  if (username || password) return "contains a user name or password";
  if (found !== "public" && !opened) return `is a ${found} address`;
  if (protocol !== "https:" && !(found === "loopback" && protocol === "http:")) return "is not https";
  return undefined;
}

function unreachable(): Refusal {
  return new Refusal("issuer_unreachable", "The keys that would verify this token can't be had from its issuer.", {
    hint: "Try again, or register the keys with the cluster: serviceAccounts.jwks.",
    retryAfter: 30,
  });
}
