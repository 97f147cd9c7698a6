import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { mintToken } from "#db/crypto/token";
import { familyHash, isRefreshToken, mintRefreshToken, successorKey, successorOf } from "./refresh-token.ts";

const keyOf = () => successorKey({ keyEncryption: randomBytes(32).toString("base64") });

test("a refresh token has one successor, of its family, and each of those another", () => {
  const key = keyOf();
  const line = [mintRefreshToken()];
  for (let i = 0; i < 20; i++) line.push(successorOf(key, line.at(-1) ?? ""));
  expect(new Set(line).size).toBe(line.length);
  expect(new Set(line.map(familyHash)).size).toBe(1);
  expect(line.map(isRefreshToken)).toEqual(line.map(() => true));
  expect(line.slice(0, -1).map((token) => successorOf(key, token))).toEqual(line.slice(1));
});

test("another edge's key makes another successor: who has a token can't work out the next", () => {
  const token = mintRefreshToken();
  expect(successorOf(keyOf(), token)).not.toBe(successorOf(keyOf(), token));
});

test("the key is not the one that seals secrets", () => {
  const keyEncryption = randomBytes(32);
  expect(Buffer.from(successorKey({ keyEncryption: keyEncryption.toString("base64") }))).not.toEqual(keyEncryption);
});

test.each(["", "garbage", mintToken(), `${mintToken("mcpctl_rt_")}x`])("%j is no refresh token", (text) => {
  expect(isRefreshToken(text)).toBe(false);
});
