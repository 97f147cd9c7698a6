/**
 * Where an LLM's base URL may point. A caller who may write an LLM must not be able to make
 * the edge call what only the edge can reach.
 *
 * A Worker can't resolve names, so a public name that points inside (DNS rebinding, `127.0.0.1.nip.io`) is not seen here: on
 * Cloudflare there is no inside to reach, a self-hosted edge needs an egress rule of its network.
 */
import { Refusal } from "#db/protocol/errors";

/** Kinds of address that an operator may open with `ALLOW_PRIVATE_UPSTREAMS`. */
export const openableClasses = ["loopback", "private", "link-local"] as const;
export type OpenableClass = (typeof openableClasses)[number];

/** `metadata` and `reserved` are never opened: nobody runs a model there. */
export type AddressClass = "public" | OpenableClass | "metadata" | "reserved";

/**
 * @param allow address classes that this edge may call although they are not public.
 * @throws Refusal invalid_request with a fault on `url`.
 */
export function assertPublic(url: string | URL, allow: readonly string[]): void {
  const parsed = typeof url === "string" ? tryParse(url) : url;
  if (!parsed) throw refused(String(url), "is not a URL");
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:") throw refused(parsed.href, "is not http or https");
  if (parsed.username || parsed.password) throw refused(parsed.host, "contains a user name or password");
  const found = classify(parsed.hostname);
  if (found === "public" || (allow.includes(found) && openableClasses.some((c) => c === found))) return;
  throw refused(parsed.host, `points to a ${found} address`, found);
}

/** @param hostname as WHATWG URL normalises it: decimal, octal and hexadecimal IPv4 are dotted already, IPv6 in brackets. */
export function classify(hostname: string): AddressClass {
  if (hostname.startsWith("[")) return classifyIpv6(hostname.slice(1, -1));
  const v4 = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(hostname);
  if (v4) return classifyIpv4(v4.slice(1).map(Number));
  return classifyName(hostname.toLowerCase().replace(/\.+$/, ""));
}

const metadataNames = ["metadata", "metadata.google.internal", "instance-data", "metadata.tencentyun.com"];
/** RFC 6761, RFC 6762, RFC 8375, and ICANN's reserved `internal`. */
const privateSuffixes = [".internal", ".local", ".lan", ".home.arpa", ".intranet", ".corp", ".home"];

function classifyName(name: string): AddressClass {
  if (name === "") return "reserved";
  if (metadataNames.includes(name) || name.startsWith("instance-data.")) return "metadata";
  if (/(^|\.)(localhost|localdomain)$/.test(name) || /^ip6-(localhost|loopback)$/.test(name)) return "loopback";
  // A name without a dot is completed by the resolver's search domains: `ollama`, `kubernetes`.
  if (!name.includes(".") || privateSuffixes.some((s) => name.endsWith(s)) || /\.svc(\.|$)/.test(name))
    return "private";
  return "public";
}

/** AWS and most others, ECS tasks, Alibaba, Oracle, Azure's wire server. */
const metadataIpv4 = [
  "169.254.169.254",
  "169.254.170.2",
  "169.254.170.23",
  "100.100.100.200",
  "192.0.0.192",
  "168.63.129.16",
];

/** IANA's special-purpose registry (RFC 6890): first address, prefix length, class. The first match wins. */
const specialIpv4: readonly (readonly [string, number, AddressClass])[] = [
  ["0.0.0.0", 8, "reserved"],
  ["10.0.0.0", 8, "private"],
  ["100.64.0.0", 10, "private"],
  ["127.0.0.0", 8, "loopback"],
  ["169.254.0.0", 16, "link-local"],
  ["172.16.0.0", 12, "private"],
  ["192.0.0.0", 24, "reserved"],
  ["192.0.2.0", 24, "reserved"],
  ["192.88.99.0", 24, "reserved"],
  ["192.168.0.0", 16, "private"],
  ["198.18.0.0", 15, "reserved"],
  ["198.51.100.0", 24, "reserved"],
  ["203.0.113.0", 24, "reserved"],
  ["224.0.0.0", 3, "reserved"],
];

function classifyIpv4(octets: readonly number[]): AddressClass {
  if (metadataIpv4.includes(octets.join("."))) return "metadata";
  const address = toNumber(octets);
  for (const [first, bits, found] of specialIpv4)
    if (address >>> (32 - bits) === toNumber(first.split(".").map(Number)) >>> (32 - bits)) return found;
  return "public";
}

const toNumber = (octets: readonly number[]) => octets.reduce((n, o) => ((n << 8) | o) >>> 0, 0);

/** Amazon's and Google's. */
const metadataIpv6 = ["fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254"].map((a) => expand(a).join(":"));

function classifyIpv6(address: string): AddressClass {
  const groups = expand(address);
  const [a = 0, b = 0] = groups;
  if (metadataIpv6.includes(groups.join(":"))) return "metadata";
  if (groups.slice(0, 7).every((g) => g === 0) && groups[7] === 1) return "loopback";
  if ((a & 0xffc0) === 0xfe80) return "link-local";
  if ((a & 0xfe00) === 0xfc00 || (a & 0xffc0) === 0xfec0) return "private";
  // An IPv4 address in disguise (::/96 and mapped, NAT64, Teredo, 6to4) has no honest use in a base URL.
  if (a === 0 || (a === 0x64 && b === 0xff9b) || (a === 0x2001 && b === 0) || a === 0x2002) return "reserved";
  if ((a & 0xe000) !== 0x2000 || (a === 0x2001 && b === 0xdb8)) return "reserved";
  return "public";
}

/** Eight groups of a valid address without brackets; WHATWG URL leaves no dotted quad and no zone. */
function expand(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const groups = (s: string) => (s === "" ? [] : s.split(":").map((g) => Number.parseInt(g, 16)));
  if (tail === undefined) return groups(head);
  const left = groups(head);
  const right = groups(tail);
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}

function tryParse(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}

function refused(where: string, why: string, found?: AddressClass): Refusal {
  const openable = openableClasses.some((c) => c === found);
  return new Refusal("invalid_request", `The URL of an LLM must be public: ${where} ${why}.`, {
    faults: [{ path: "url", message: `${where} ${why}`, expected: "an http or https URL of a public address" }],
    hint: openable
      ? `Publish the model from where it runs with \`mcplocal\`, or let this edge call such addresses: ALLOW_PRIVATE_UPSTREAMS=${found}.`
      : "Give the provider's public base URL.",
    param: "url",
  });
}
