/** The provider as this isolate knows it: its description and its keys. */
import type { JWKS } from "oauth4webapi";
import { z } from "zod";
import { refuse } from "#db/protocol/errors";
import { Kept, type Limits, published } from "../cache/kept.ts";
import { asking, askProvider, PATIENCE_MS } from "./ask.ts";
import { type Description, discover, readDescription } from "./metadata.ts";
import type { Provider } from "./settings.ts";
import type { Keys } from "./signature.ts";

/** Anybody can begin a login: a provider that did not answer is not asked again at once. */
const limits = { ...published, pause: 1_000, atOnce: Number.POSITIVE_INFINITY, patience: 2 * PATIENCE_MS };

/**
 * Tokens that no known key has signed make the keys be read again at once, so that a provider may change them. Anybody who logs in there
 * could send such tokens, so only so often: the first reading, and four.
 */
const keyLimits: Limits = { ...limits, newer: { burst: 5, refillMs: 15_000 } };
/** Nothing makes it be read before it is old. */
const descriptionLimits: Limits = { ...limits, newer: { burst: 0, refillMs: Number.POSITIVE_INFINITY } };

/** Keys are told apart by `kid`; more than this many no provider has. What is in each, whoever uses it looks at. */
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(200) });

export class KnownProvider {
  readonly settings: Provider;
  readonly #description: Kept<Description>;
  readonly #keys: Kept<JWKS>;
  /** Its keys; @throws Refusal provider_…, misconfigured */
  readonly keys: Keys = { held: () => this.#keys.get(), newer: () => this.#keys.newer() };

  constructor(settings: Provider) {
    this.settings = settings;
    this.#description = new Kept(
      async () => readDescription(settings, await discover(settings.issuer, asking("its description"))),
      descriptionLimits,
    );
    this.#keys = new Kept(async () => readKeys((await this.description()).jwks_uri), keyLimits);
  }

  /** @throws Refusal provider_…, misconfigured */
  description(): Promise<Description> {
    return this.#description.get();
  }
}

async function readKeys(url: string): Promise<JWKS> {
  const answer = await askProvider("its keys", url);
  const read = keySet.safeParse(await answer.json());
  if (answer.status !== 200 || !read.success)
    refuse("provider_failed", `${url} answered ${answer.status} without a key set.`, {
      hint: "Try again in a moment. If it stays so, the provider is at fault.",
    });
  return read.data as JWKS;
}

const known = new WeakMap<Provider, KnownProvider>();

export function knownProvider(settings: Provider): KnownProvider {
  let provider = known.get(settings);
  if (!provider) {
    provider = new KnownProvider(settings);
    known.set(settings, provider);
  }
  return provider;
}
