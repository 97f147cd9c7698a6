/** Public keys of clusters: those that were registered, or what the issuer publishes (OpenID Connect Discovery 1.0, section 4). */
import type { JSONWebKeySet } from "jose";
import { allowInsecureRequests, customFetch } from "oauth4webapi";
import { z } from "zod";
import { Refusal } from "#db/protocol/errors";
import { BoundedMap } from "../cache/bounded-map.ts";
import { Kept, type Limits, published } from "../cache/kept.ts";
import { parseJson, readText } from "../http/body.ts";
import { classify, openableClasses } from "../http/public-url.ts";
import { log } from "../log.ts";
import { discover } from "../sso/metadata.ts";
import type { Trust } from "./account-token.ts";

/**
 * Strangers can send tokens with made-up key ids as fast as they like: one question in half a minute, whatever it was asked for. A
 * key that the issuer has withdrawn signs no longer than its keys are fresh.
 */
const limits: Limits = {
  ...published,
  pause: 30_000,
  atOnce: 8,
  // Two answers, each in its time.
  patience: 10_000,
  newer: { burst: 1, refillMs: 30_000 },
};

interface Port {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  now: () => number;
  /** Address classes that may be asked although they are not public. */
  allow: readonly string[];
}

export class KeySets {
  readonly #port: Port;
  /** By fingerprint: a cluster that is changed begins anew. */
  readonly #kept = new BoundedMap<Kept<JSONWebKeySet>>(200);

  constructor(port: Port) {
    this.#port = port;
  }

  /** @throws Refusal issuer_unreachable where none can be had */
  async of({ issuer, fingerprint, jwks }: Trust, keyId: string | undefined): Promise<JSONWebKeySet> {
    if (jwks) return jwks;
    let kept = this.#kept.get(fingerprint);
    if (!kept) {
      kept = new Kept(() => this.#read(issuer), limits, this.#port.now);
      this.#kept.set(fingerprint, kept);
    }
    const held = await kept.get().catch((cause: unknown) => {
      throw unreachable(cause);
    });
    if (held.keys.some((k) => k.kid === keyId)) return held;
    // Where nothing newer can be had, the token is looked at with what there is.
    return (await kept.newer().catch(() => undefined)) ?? held;
  }

  async #read(issuer: string): Promise<JSONWebKeySet> {
    try {
      return await publishedKeys(issuer, this.#port);
    } catch (error) {
      log("issuer-keys-not-read", { issuer, cause: error });
      throw error;
    }
  }
}

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

/** @throws Error that says why they can't be had */
export async function publishedKeys(issuer: string, port: Pick<Port, "fetch" | "allow">): Promise<JSONWebKeySet> {
  const ask = (url: string) => askJson(url, port);
  // What may be asked over plain http is decided by `unfetchable`.
  const { jwks_uri } = await discover(issuer, { [customFetch]: ask, [allowInsecureRequests]: true });
  const url = z.url("jwks_uri is no URL").parse(jwks_uri);
  return keySet.parse(await (await ask(url)).json());
}

/** More than any issuer says. */
const LONGEST = 262_144;
const TIMEOUT = 5_000;

async function askJson(url: string, { fetch, allow }: Pick<Port, "fetch" | "allow">): Promise<Response> {
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
  return Response.json(parseJson(await readText(answer, LONGEST)));
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

function unreachable(cause: unknown): Refusal {
  return new Refusal("issuer_unreachable", "The keys that would verify this token can't be had from its issuer.", {
    hint: "Try again, or register the keys with the cluster: serviceAccounts.jwks.",
    retryAfter: 30,
    cause,
  });
}
