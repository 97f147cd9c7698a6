import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, platform } from "node:process";

const packages: Readonly<Record<string, string>> = {
  "darwin arm64": "@cloudflare/workerd-darwin-arm64",
  "darwin x64": "@cloudflare/workerd-darwin-64",
  "linux arm64": "@cloudflare/workerd-linux-arm64",
  "linux x64": "@cloudflare/workerd-linux-64",
};

/**
 * The workerd executable of this platform. Not node_modules/.bin/workerd: that one is a Node script until an install script
 * replaces it, which npm may have been told not to run.
 *
 * @throws Error that says which package is missing.
 */
export function workerdBinary(): string {
  const name = packages[`${platform} ${arch}`];
  if (!name)
    throw new Error(`There is no workerd for ${platform} on ${arch}. Linux and macOS on x64 and arm64 can run it.`);
  const require = createRequire(createRequire(import.meta.url).resolve("workerd"));
  const missing = `The package ${name} is missing: run \`npm ci\` without --omit=optional.`;
  try {
    const path = require.resolve(`${name}/bin/workerd`);
    if (existsSync(path)) return path;
  } catch (cause) {
    throw new Error(missing, { cause });
  }
  throw new Error(missing);
}
