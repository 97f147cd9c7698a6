/** How a client shows its secret in a header. Pure. */

/**
 * Form-encoded before base64, as RFC 6749 has it (2.3.1), and where that makes a difference also as it is: some providers don't
 * decode it, and know nobody by the encoded secret. Who is not known has used up no code, so the second may be tried.
 */
export function basicHeaders(id: string, secret: string): { authorization: string }[] {
  const plain = `${id}:${secret}`;
  const encoded = [id, secret].map((s) => new URLSearchParams({ s }).toString().slice(2)).join(":");
  return [...new Set([encoded, plain])].map((pair) => ({ authorization: `Basic ${base64(pair)}` }));
}

const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
