/** What a device that polls is told (RFC 8628, 3.5). Pure: times in milliseconds since the epoch, handed in. */

/** Seconds between polls at first, and how much longer for who does not keep to it. */
export const INTERVAL_SECONDS = 5;
const MORE_SECONDS = 5;
/** How long somebody has for confirming, in seconds. */
export const DEVICE_SECONDS = 600;
/** A poll that was sent in time may arrive a little early: clocks and networks are not even. */
const EARLY_MS = 500;

export interface Waiting {
  state: "pending" | "approved" | "denied";
  /** Seconds. */
  interval: number;
  polledAt: number | undefined;
  expiresAt: number;
}

export type Poll =
  | { is: "expired" }
  | { is: "denied" }
  | { is: "approved" }
  | { is: "pending" }
  | { is: "too-fast"; interval: number };

/** @param waiting undefined: there is no such device (any more). */
export function poll(waiting: Waiting | undefined, now: number): Poll {
  if (!waiting || waiting.expiresAt <= now) return { is: "expired" };
  if (waiting.polledAt !== undefined && now - waiting.polledAt < waiting.interval * 1000 - EARLY_MS)
    return { is: "too-fast", interval: waiting.interval + MORE_SECONDS };
  return { is: waiting.state };
}

/** Without vowels, so that no word comes out, and without what looks like something else (RFC 8628, 6.1). */
const letters = "BCDFGHJKLMNPQRSTVWXZ";
const LENGTH = 8;

/** @param random at least 16 bytes. @returns a code of 34 bits, or undefined where too few bytes could be used evenly. */
export function userCodeFrom(random: Uint8Array): string | undefined {
  const even = [...random].filter((b) => b < 256 - (256 % letters.length)).map((b) => letters[b % letters.length]);
  return even.length < LENGTH ? undefined : even.slice(0, LENGTH).join("");
}

/** As people read it to each other: `BCDF-GHJK`. */
export const shownCode = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`;

/** As it was typed, whatever the case and whatever stands between. */
export const typedCode = (text: string): string =>
  text
    .toUpperCase()
    .replace(/[^A-Z]/g, "")
    .slice(0, 32);
