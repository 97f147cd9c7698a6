/** What a file says letter by letter, where YAML takes it for something else: `1.10` is read as 1.1. */
import { type Document, isScalar, type Node, visit } from "yaml";
import type { Fault } from "#db/protocol/errors";
import { isNoText, type Read } from "../schema/faults.ts";

/** A key is a text, whatever YAML takes it for: the label `1.10` must not become `1.1`. */
export function restoreKeys(document: Document): void {
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key) && key.source !== undefined && isNoText(key.value)) key.value = key.source;
    },
  });
}

/** @returns undefined for what is no plain word. */
export const sourceOf = (node: Node | undefined): string | undefined =>
  isScalar(node) && node.type === "PLAIN" ? node.source : undefined;

/** Longer is no word that somebody forgot to quote. */
const LONGEST = 60;

/**
 * How a fault tells a word, and how it would be a text.
 * @param source undefined where it stands elsewhere. @param otherwise what to say then.
 */
export function describeSource(
  { read, text }: Read,
  source: string | undefined,
  otherwise: string,
): Pick<Fault, "given" | "suggestion"> {
  if (!source || read === undefined) return { given: otherwise };
  const word = source.length > LONGEST ? `${source.slice(0, LONGEST - 1)}…` : source;
  const given = read !== "null" ? `the ${read} ${word}` : word === "null" ? "null" : `${word}, which means null`;
  return { given, ...(text ? { suggestion: JSON.stringify(word) } : {}) };
}
