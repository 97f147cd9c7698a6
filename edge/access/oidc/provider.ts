/** The provider as this isolate knows it: its description and its keys. No request awaits another's promise (see authenticate.ts). */
import type { JSONWebKeySet } from "jose";
import { z } from "zod";
import { refuse } from "#db/protocol/errors";
import type { Bucket } from "../throttle.ts";
import { askProvider } from "./ask.ts";
import { isFresh, type Kept, standIn, surprised } from "./kept.ts";
import { type Metadata, metadataUrl, readMetadata } from "./metadata.ts";
import type { Provider } from "./settings.ts";

/** For so long a provider that did not describe itself is not asked again, in milliseconds: anybody can begin a login. */
const PAUSE_MS = 1_000;

/** Keys are told apart by `kid`; more than this many no provider has. */
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(200) });

export class KnownProvider {
  readonly settings: Provider;
  #metadata: Kept<Metadata> | undefined;
  #failure: Kept<unknown> | undefined;
  #keys: Kept<JSONWebKeySet> | undefined;
  #surprises: Bucket | undefined;

  constructor(settings: Provider) {
    this.settings = settings;
  }

  /** @throws Refusal provider_…, misconfigured */
  async metadata(now: number): Promise<Metadata> {
    if (this.#metadata && isFresh(this.#metadata, now)) return this.#metadata.value;
    try {
      if (this.#failure && now - this.#failure.at < PAUSE_MS) throw this.#failure.value;
      const { status, json } = await askProvider("its description", metadataUrl(this.settings));
      const value = readMetadata(this.settings, status, json);
      this.#metadata = { value, at: now };
      return value;
    } catch (error) {
      if (this.#failure?.value !== error) this.#failure = { value: error, at: now };
      const old = standIn(this.#metadata, now);
      if (old) return old;
      throw error;
    }
  }

  /** @throws Refusal provider_…, misconfigured */
  async keys(now: number): Promise<JSONWebKeySet> {
    if (this.#keys && isFresh(this.#keys, now)) return this.#keys.value;
    try {
      return await this.#readKeys(now);
    } catch (error) {
      const old = standIn(this.#keys, now);
      if (old) return old;
      throw error;
    }
  }

  /** No key fitted. @returns the keys as they are now, or undefined where they were asked for often enough lately. */
  async newerKeys(now: number): Promise<JSONWebKeySet | undefined> {
    const { again, bucket } = surprised(this.#surprises, now);
    this.#surprises = bucket;
    return again ? this.#readKeys(now) : undefined;
  }

  async #readKeys(now: number): Promise<JSONWebKeySet> {
    const { jwksUri } = await this.metadata(now);
    const { status, json } = await askProvider("its keys", jwksUri);
    const read = keySet.safeParse(json);
    if (status !== 200 || !read.success)
      refuse("provider_failed", `${jwksUri} answered ${status} without a key set.`, {
        hint: "Try again in a moment. If it stays so, the provider is at fault.",
      });
    this.#keys = { value: read.data as JSONWebKeySet, at: now };
    return this.#keys.value;
  }
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
