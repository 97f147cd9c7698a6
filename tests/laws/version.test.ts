import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { version } from "#db/protocol/version";

test("the version that programs print is the package's", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(version).toBe(manifest.version);
});
