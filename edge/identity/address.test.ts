import { expect, test } from "vitest";
import { addressOf, networkOf } from "./address.ts";

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:0db8:0001:0002::9", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
])("%s is counted as %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test("only what Cloudflare says is believed", () => {
  const from = (headers: Record<string, string>) => addressOf(new Request("https://edge.test/", { headers }));
  expect(from({ "cf-connecting-ip": "2001:DB8::1" })).toBe("2001:db8::1");
  expect(from({ "x-forwarded-for": "203.0.113.7", "x-real-ip": "203.0.113.7" })).toBeUndefined();
});

test("what is no address is none", () => {
  const from = (value: string) => addressOf(new Request("http://edge/", { headers: { "cf-connecting-ip": value } }));
  expect(from(" 2001:DB8::1 ")).toBe("2001:db8::1");
  expect(from("192.0.2.7")).toBe("192.0.2.7");
  for (const bad of ["", "anything at all", "1".repeat(10_000), "10.0.0.1, 10.0.0.2"])
    expect(from(bad)).toBeUndefined();
});
