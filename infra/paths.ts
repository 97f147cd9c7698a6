import { fileURLToPath } from "node:url";

/** The repository's root, absolute, without a slash at its end. */
export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** What `infra/build.ts` makes. */
export const built = {
  dir: `${root}/dist`,
  edge: `${root}/dist/edge/index.js`,
  cli: `${root}/dist/mcpctl.js`,
  localAgent: `${root}/dist/mcplocal.js`,
} as const;

/** Survives a build and goes with node_modules. */
export const cacheDir = `${root}/node_modules/.cache/mcpctl`;
