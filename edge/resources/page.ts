/** Pages of a list: how long, in which order, and where the next one begins. Pure. */
import { z } from "zod";
import { refuse } from "#db/protocol/errors";
import type { Kind } from "#db/schema/kind";
import { isSound } from "#db/schema/validate";
import { scalarFields, unknownField } from "./selectors.ts";

export const defaultLimit = 500;
export const greatestLimit = 1000;

export interface Order {
  /** `name`, `createdAt`, `updatedAt` or a scalar field. Ties are broken by id. */
  by: string;
  descending: boolean;
}

/** The last row of a page: what follows comes after it, whatever was written meanwhile. */
export interface Cursor {
  /** What the list is ordered by, of that row: text, or microseconds since the epoch. */
  after: string;
  id: string;
  /** Of the first page, as the API shows it: what was written since is followed from there. */
  resourceVersion?: string | undefined;
}

const token = z.strictObject({
  v: z.literal(1),
  /** Kind of the items. */
  of: z.string(),
  order: z.string(),
  after: z.string(),
  id: z.string(),
  resourceVersion: z
    .string()
    .regex(/^[\w-]+$/)
    .optional(),
});

/** @throws Refusal invalid_request */
export function parseLimit(text: string | null): number {
  if (text === null || text === "") return defaultLimit;
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1)
    refuse("invalid_request", "limit: expected a whole number, at least 1.", {
      param: "limit",
      hint: `More than ${greatestLimit} is as good as ${greatestLimit}; \`continue\` of an answer gives the next page.`,
    });
  return Math.min(limit, greatestLimit);
}

/** `sort=name`, `sort=-createdAt`; without, by name, and events by time, the newest first. @throws Refusal invalid_request */
export function parseOrder(kind: Kind, given: string | null): Order {
  const text = given || (kind.timeline ? "-createdAt" : "name");
  const descending = text.startsWith("-");
  const by = descending ? text.slice(1) : text;
  if (kind.timeline && by !== "createdAt")
    refuse("invalid_request", `sort: ${kind.plural} come in the order of time.`, {
      param: "sort",
      hint: "It can be createdAt or -createdAt.",
    });
  const known = sortable(kind);
  if (!known.includes(by)) throw unknownField(kind, by, "sort", "sorted", known);
  return { by, descending };
}

/** What lists of the kind can be sorted by. */
export const sortable = (kind: Kind): string[] =>
  kind.timeline ? ["createdAt"] : [...scalarFields(kind), "createdAt", "updatedAt"];

const orderText = (order: Order) => `${order.descending ? "-" : ""}${order.by}`;

export function writeContinue(of: string, order: Order, { after, id, resourceVersion }: Cursor): string {
  const text = JSON.stringify({ v: 1, of, order: orderText(order), after, id, resourceVersion });
  const bytes = new TextEncoder().encode(text);
  let binary = "";
  for (const b of bytes) binary += String.fromCharCode(b);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * @param of kind of the items.
 * @throws Refusal invalid_request for a token that is not ours, or belongs to another list or another order.
 */
export function readContinue(text: string, of: string, order: Order): Cursor {
  const parsed = token.safeParse(decode(text));
  if (!parsed.success || !isSound(parsed.data.after) || !isSound(parsed.data.id)) return wrong("is not valid");
  const { after, id, resourceVersion } = parsed.data;
  if (parsed.data.of !== of) return wrong("belongs to another list");
  if (parsed.data.order !== orderText(order)) return wrong("belongs to a list in another order");
  if (isTime(order) && !postgresTime.test(after)) return wrong("is not valid");
  return { after, id, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
}

export const isTime = (order: Order) => order.by === "createdAt" || order.by === "updatedAt";

/** Microseconds since the epoch: exact, and any number is a time. */
const postgresTime = /^\d{1,16}$/;

function wrong(why: string): never {
  return refuse("invalid_request", `continue: the token ${why}.`, {
    param: "continue",
    hint: "Take it from the last page as it is, with the same sort, or begin again without it.",
  });
}

function decode(text: string): unknown {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    return undefined;
  }
}
