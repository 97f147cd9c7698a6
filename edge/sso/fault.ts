/** What oauth4webapi found wrong, as a value: read from its codes and never from its words, which may change. Pure. */
import * as oauth from "oauth4webapi";
import { z } from "zod";

/** What each of its codes means, whatever was being read. */
const kinds = {
  /** The other side says no, and why. */
  [oauth.AUTHORIZATION_RESPONSE_ERROR]: "no",
  [oauth.RESPONSE_BODY_ERROR]: "no",
  [oauth.WWW_AUTHENTICATE_CHALLENGE]: "no",
  /** A token's claim is another than expected, or not of now. */
  [oauth.JWT_CLAIM_COMPARISON]: "claim",
  [oauth.JWT_TIMESTAMP_CHECK]: "time",
  /** So is a field of a document. */
  [oauth.JSON_ATTRIBUTE_COMPARISON]: "field",
  /** None of these keys is meant, or more than one. */
  [oauth.KEY_SELECTION]: "key",
  [oauth.UNSUPPORTED_OPERATION]: "unsupported",
  [oauth.RESPONSE_IS_NOT_CONFORM]: "status",
  [oauth.INVALID_RESPONSE]: "unreadable",
  [oauth.JWT_USERINFO_EXPECTED]: "unreadable",
  [oauth.PARSE_ERROR]: "unreadable",
  [oauth.RESPONSE_IS_NOT_JSON]: "unreadable",
  /** What this edge asked for can't be asked for: the provider's description was read before, so that these should not happen. */
  [oauth.HTTP_REQUEST_FORBIDDEN]: "address",
  [oauth.INVALID_REQUEST]: "address",
  [oauth.INVALID_SERVER_METADATA]: "address",
  [oauth.MISSING_SERVER_METADATA]: "address",
  [oauth.REQUEST_PROTOCOL_FORBIDDEN]: "address",
} as const;

export type FaultKind = (typeof kinds)[keyof typeof kinds];

const record = z.record(z.string(), z.unknown()).optional().catch(undefined);
const text = z.string().optional().catch(undefined);
/** What it tells with the code; which of them depends on the code. */
const about = z.object({
  claim: text,
  claims: record,
  header: record,
  /** Empty where it is no object: that there is one tells that it is what is wrong. */
  body: z.record(z.string(), z.unknown()).optional().catch({}),
});

export interface Fault extends z.infer<typeof about> {
  kind: FaultKind;
}

const coded = z.object({ code: z.string() });

/** @returns undefined for what is none of oauth4webapi's errors: a refusal of our own, or what the runtime threw. */
export function faultOf(error: unknown): Fault | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = coded.safeParse(error).data?.code;
  if (code === undefined || !isKnown(code)) return undefined;
  return { kind: kinds[code], ...about.safeParse(error.cause).data };
}

const isKnown = (code: string): code is keyof typeof kinds => Object.hasOwn(kinds, code);
