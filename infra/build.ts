/** The Worker's bundle and the two commands, built into dist/ where their sources changed. As a program: `npm run build`. */
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { built, root } from "./paths.ts";
import { writeAtomically } from "./write-file.ts";

export interface Product {
  name: string;
  entry: string;
  /** Folders whose files change it. */
  sources: readonly string[];
  output: string;
  options: BuildOptions;
}

export const edge: Product = {
  name: "edge",
  entry: "edge/index.ts",
  sources: ["edge", "db"],
  output: built.edge,
  options: {
    entryPoints: [`${root}/edge/index.ts`],
    outfile: built.edge,
    platform: "browser",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    // Beside the bundle, for an inspector: plain workerd would hold one within it in memory, three times the code's size.
    sourcemap: "linked",
  },
};

export const commands: readonly Product[] = [
  command("cli/main.ts", built.cli, ["cli", "db"]),
  command("local-agent/main.ts", built.localAgent, ["local-agent", "db"]),
];

function command(entry: string, output: string, sources: readonly string[]): Product {
  const name = basename(output, ".js");
  return {
    name,
    entry,
    sources,
    output,
    options: {
      entryPoints: { [name]: `${root}/${entry}` },
      outdir: built.dir,
      // A verb loads only what it needs: what is imported on demand stays in a file of its own.
      splitting: true,
      chunkNames: `${name}-[hash]`,
      platform: "node",
      target: "node22",
      minifyWhitespace: true,
      banner: {
        // Packages in CommonJS ask for Node's modules, and for their own file's name, while they run.
        js: '#!/usr/bin/env node\nimport { createRequire as __createRequire } from "node:module";\nconst require = __createRequire(import.meta.url);\nconst __filename = import.meta.filename;',
      },
    },
  };
}

/** @returns what was done, for a person to read. */
export async function buildProduct(product: Product, force = false): Promise<"built" | "unchanged" | "missing"> {
  if (!existsSync(`${root}/${product.entry}`)) return "missing";
  const stampFile = `${built.dir}/.${product.name}.stamp`;
  const stamp = fingerprint(product);
  if (!force && existsSync(product.output) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp)
    return "unchanged";
  const { outputFiles } = await build({
    ...product.options,
    bundle: true,
    format: "esm",
    write: false,
    absWorkingDir: root,
    logLevel: "warning",
  });
  for (const file of outputFiles)
    writeAtomically(file.path, file.contents, file.path === product.output ? 0o755 : 0o644);
  const current = new Set(outputFiles.map((file) => basename(file.path)));
  for (const chunk of globSync(`${product.name}-*.js`, { cwd: built.dir }))
    if (!current.has(chunk)) rmSync(`${built.dir}/${chunk}`, { force: true });
  writeAtomically(stampFile, stamp);
  return "built";
}

/** Changes with every source, with the versions of the packages, and with how it is built. */
function fingerprint(product: Product): string {
  const hash = createHash("sha256");
  const files = product.sources.flatMap((folder) => globSync(`${folder}/**/*.{ts,json}`, { cwd: root }));
  for (const file of ["package-lock.json", "infra/build.ts", ...files.filter((f) => !f.endsWith(".test.ts")).sort()])
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(`${root}/${file}`))
      .update("\0");
  return hash.digest("hex");
}

if (import.meta.main) {
  const force = !process.argv.includes("--if-stale");
  for (const product of [edge, ...commands]) {
    const outcome = await buildProduct(product, force);
    if (outcome === "built") console.log(`Built ${product.name}.`);
    else if (outcome === "missing") console.log(`${product.name}: there is no ${product.entry}; nothing was built.`);
  }
}
