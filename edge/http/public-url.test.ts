import { describe, expect, test } from "vitest";
import { Refusal } from "#db/protocol/errors";
import { verifies } from "../../tests/requirements.ts";
import { assertPublic, classify } from "./public-url.ts";

const classes: [string, string][] = [
  ["https://api.openai.com", "public"],
  ["https://8.8.8.8", "public"],
  ["https://[2606:4700::1111]", "public"],
  ["https://172.32.0.1", "public"],
  ["https://100.128.0.1", "public"],
  ["https://internal.example.com", "public"],
  ["https://localhost.example.com", "public"],
  ["http://127.0.0.1", "loopback"],
  ["http://127.255.255.254", "loopback"],
  ["http://127.1", "loopback"],
  ["http://2130706433", "loopback"],
  ["http://0x7f000001", "loopback"],
  ["http://0x7f.1", "loopback"],
  ["http://0177.0.0.1", "loopback"],
  ["http://127.0.0.1.", "loopback"],
  ["http://①②⑦.0.0.1", "loopback"],
  ["http://localhost", "loopback"],
  ["http://LOCALHOST", "loopback"],
  ["http://localhost.", "loopback"],
  ["http://a.localhost", "loopback"],
  ["http://a.localhost.", "loopback"],
  ["http://localhost.localdomain", "loopback"],
  ["http://[::1]", "loopback"],
  ["http://[0:0:0:0:0:0:0:1]", "loopback"],
  ["http://10.0.0.1", "private"],
  ["http://172.16.0.1", "private"],
  ["http://172.31.255.255", "private"],
  ["http://192.168.1.1", "private"],
  ["http://100.64.0.1", "private"],
  ["http://100.127.255.255", "private"],
  ["http://[fc00::1]", "private"],
  ["http://[fdff::1]", "private"],
  ["http://[fec0::1]", "private"],
  ["http://ollama:11434", "private"],
  ["http://vault.internal", "private"],
  ["http://vault.internal.", "private"],
  ["http://printer.local", "private"],
  ["http://api.default.svc.cluster.local", "private"],
  ["http://api.default.svc", "private"],
  ["http://169.254.1.1", "link-local"],
  ["http://[fe80::1]", "link-local"],
  ["http://[febf::1]", "link-local"],
  ["http://169.254.169.254/latest/meta-data", "metadata"],
  ["http://2852039166", "metadata"],
  ["http://169.254.170.2", "metadata"],
  ["http://100.100.100.200", "metadata"],
  ["http://168.63.129.16", "metadata"],
  ["http://[fd00:ec2::254]", "metadata"],
  ["http://[fd20:ce::254]", "metadata"],
  ["http://metadata.google.internal", "metadata"],
  ["http://metadata.google.internal.", "metadata"],
  ["http://metadata", "metadata"],
  ["http://0.0.0.0", "reserved"],
  ["http://0", "reserved"],
  ["http://0.1.2.3", "reserved"],
  ["http://[::]", "reserved"],
  ["http://[::ffff:127.0.0.1]", "reserved"],
  ["http://[::ffff:7f00:1]", "reserved"],
  ["http://[::ffff:169.254.169.254]", "reserved"],
  ["http://[::127.0.0.1]", "reserved"],
  ["http://[64:ff9b::7f00:1]", "reserved"],
  ["http://[64:ff9b:1::a00:1]", "reserved"],
  ["http://[2002:7f00:1::]", "reserved"],
  ["http://[2001::1]", "reserved"],
  ["http://[2001:db8::1]", "reserved"],
  ["http://[ff02::1]", "reserved"],
  ["http://192.0.2.1", "reserved"],
  ["http://198.18.0.1", "reserved"],
  ["http://224.0.0.1", "reserved"],
  ["http://255.255.255.255", "reserved"],
];

describe("classify", () => {
  test.each(classes)("%s is %s", (url, expected) => {
    expect(classify(new URL(url).hostname)).toBe(expected);
  });
});

describe("assertPublic", () => {
  test.each(classes)("%s, %s, nothing opened", (url, found) => {
    if (found === "public") expect(() => assertPublic(url, [])).not.toThrow();
    else expect(refusalOf(url, [])).toMatchObject({ code: "invalid_request", details: { faults: [{ path: "url" }] } });
  });

  test.each(classes)("%s, %s, everything opened that can be", (url, found) => {
    const all = ["loopback", "private", "link-local", "metadata", "reserved"];
    const opened = !["metadata", "reserved"].includes(found);
    if (opened) expect(() => assertPublic(url, ["loopback", "private", "link-local"])).not.toThrow();
    else expect(refusalOf(url, all.slice(0, 3))?.code).toBe("invalid_request");
  });

  test("one class opened opens no other", () => {
    expect(() => assertPublic("http://127.0.0.1", ["loopback"])).not.toThrow();
    expect(refusalOf("http://10.0.0.1", ["loopback"])?.details.hint).toContain("ALLOW_PRIVATE_UPSTREAMS=private");
  });

  test(verifies("inference.private-refused", "metadata stays shut even when somebody names it"), () => {
    expect(refusalOf("http://169.254.169.254", ["metadata", "reserved", "link-local"])).toBeInstanceOf(Refusal);
  });

  test.each([
    "ftp://example.com",
    "file:///etc/passwd",
    "not a url",
    "https://user:pw@example.com",
    "https://user@example.com",
  ])("%s is refused", (url) => {
    const refusal = refusalOf(url, []);
    expect(refusal?.code).toBe("invalid_request");
    expect(JSON.stringify(refusal?.details)).not.toContain("pw@");
  });
});

function refusalOf(url: string, allow: string[]): Refusal | undefined {
  try {
    assertPublic(url, allow);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  return undefined;
}
