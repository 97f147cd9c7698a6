/**
 * The port between inference and how a provider speaks. Whoever moves an answer knows what a status, an event and a byte are; where
 * a request goes, and what an answer says of its end, its cost and its errors, a dialect knows. None of it is asked per chunk.
 */
import type { ProviderType } from "#db/kinds/parts/providers";
import type { BaseUrl } from "#db/protocol/base-url";

/** Bytes from the end of an answer that a dialect gets to read: its end and its usage stand in them. */
export const TAIL_BYTES = 65_536;
/** Likewise of a stream that still runs: its last event, should that be the end, and what may follow it. */
export const LAST_BYTES = 512;

export interface Dialect {
  /** Where a request goes. @param path as the edge names it: `/v1/chat/completions`. */
  endpoint(base: BaseUrl, path: string): string;
  keyHeader(type: ProviderType, key: string): KeyHeader;
  /**
   * Headers of the client that a model server may see, in lower case. Everything else stays here: credentials, cookies, addresses,
   * and whatever a provider could take for an instruction from us, such as another organisation.
   */
  forwarded: readonly string[];
  /** A request that costs nothing, or next to it, and that a provider refuses with 401 or 403 where it does not take the key. */
  probe(base: BaseUrl): Probe;

  /** What an error says. @returns undefined where it is not written as this dialect writes anything. */
  words(text: string, status: number): ProviderWords | undefined;
  /** An error that was said in plain text, as this dialect's clients read one. */
  plainWords(text: string, status: number): ProviderWords;
  /** Headers of an error that tell this dialect's clients whether and when to try again. */
  retryHeaders: readonly string[];

  /** What an answer cost. @param tail its last bytes, of a stream or of a whole answer alike. */
  usage(tail: string): Usage;
  /** Whether a stream of that path must say its end; else one that ended unbroken is whole. */
  terminates(path: string): boolean;
  /** How a stream ended. @param tail its last bytes. */
  ending(tail: string, known: KnownOfStream): Ending;
  /**
   * Whether a stream that still runs has said its last.
   * @param tail its last bytes.
   * @param truncated whether there was more before them.
   */
  saysDone(tail: string, truncated: boolean): boolean;
}

/** The key as it is sent. */
export type KeyHeader = readonly [name: string, value: string];

export interface Probe {
  method: "GET" | "POST";
  url: string;
  /** Besides that of the key. */
  headers: Readonly<Record<string, string>>;
  body?: string;
}

export interface ProviderWords {
  /** What it said, for people; the empty string where it said nothing that people could read. */
  message: string;
  /** The body for a client that speaks the dialect: the provider's own, where that has the dialect's shape. */
  body: string;
}

export interface Ending {
  /** The provider has said that this is the end: nothing may follow, and nothing is missing. */
  whole: boolean;
  /** The last that it said is an error of its own. */
  failed: boolean;
}

/** What is known of a stream besides its last bytes. */
export interface KnownOfStream {
  /** How many choices were asked for: `n`, for each prompt. */
  choices: number;
  /** Whether there was more before the last bytes than is kept. */
  truncated: boolean;
}

/** Tokens; null where the provider does not say. */
export interface Usage {
  tokensIn: number | null;
  tokensOut: number | null;
  tokensCached: number | null;
  tokensReasoning: number | null;
}

export const unknownUsage: Usage = { tokensIn: null, tokensOut: null, tokensCached: null, tokensReasoning: null };
