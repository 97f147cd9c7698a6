/** Where a request comes from, as far as anybody can tell. */

/** Cloudflare sets the header and lets nobody else; a self-hosted edge knows no address unless its proxy sets it. */
export function addressOf(request: Request): string | undefined {
  const address = request.headers.get("cf-connecting-ip")?.trim().toLowerCase() ?? "";
  // Each makes an object that counts attempts: where anybody may send the header, not any text at all.
  return /^[0-9a-f.:]{2,45}$/.test(address) ? address : undefined;
}

/** Whom to count attempts for: an IPv6 subscriber has at least a /64 of addresses (RFC 6177), an IPv4 one has one. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - rest.length) }, () => "0");
  const all = tail === undefined ? groups : [...groups, ...zeros, ...rest];
  return `${all
    .slice(0, 4)
    .map((g) => g.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}
