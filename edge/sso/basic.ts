/** How a client shows its secret in a header. Pure. */

/**
 * Form-encoded before base64, as RFC 6749 has it (2.3.1), and where that makes a difference also as it is: some providers don't
 * decode it, and know nobody by the encoded secret. Who is not known has used up no code, so the second may be tried.
 *
 * Encoded is what `application/x-www-form-urlencoded` encodes, and no more: oauth4webapi's `ClientSecretBasic` encodes `-`, `_` and `.`
 * as well, which most client ids have, so that a provider that does not decode would refuse this edge once at every login.
 */
export function basicHeaders(id: string, secret: string): [string, ...string[]] {
  const plain = basic(`${id}:${secret}`);
  const encoded = basic([id, secret].map((s) => new URLSearchParams({ s }).toString().slice(2)).join(":"));
  return encoded === plain ? [plain] : [encoded, plain];
}

const basic = (pair: string) => `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(pair)))}`;
