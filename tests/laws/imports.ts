/** Who may import whom, as data, and the pure check of one file against it. */
import path from "node:path";
import { withoutComments } from "./repository.ts";

interface Boundary {
  /** Folders that this one may reach into, itself included. */
  may: readonly string[];
  /** Node's own modules: all, or these. */
  node: "all" | readonly string[];
}

/** Modules of Node that workerd has under `nodejs_compat`, and that the edge has a reason for. */
const edgeNode = ["node:crypto", "node:async_hooks", "node:buffer"];

/** What exists and what is said, without anything that runs. */
const described = ["db/schema", "db/kinds", "db/protocol"];

/** The longest prefix that matches a file is its boundary. */
export const boundaries: Readonly<Record<string, Boundary>> = {
  "db/schema": { may: ["db/schema", "db/kinds", "db/protocol"], node: [] },
  "db/kinds": { may: described, node: [] },
  "db/protocol": { may: described, node: [] },
  "db/crypto": { may: ["db/crypto"], node: [] },
  "db/tables": { may: [...described, "db/crypto", "db/tables"], node: [] },
  "db/client": { may: ["db/protocol", "db/client"], node: "all" },
  "db/system": { may: [...described, "db/tables", "db/system"], node: [] },
  db: { may: ["db"], node: "all" },
  edge: { may: [...described, "db/crypto", "db/tables", "db/system", "edge"], node: edgeNode },
  "control-plane": { may: [...described, "db/crypto", "db/client", "control-plane"], node: "all" },
  cli: { may: [...described, "db/crypto", "db/client", "cli"], node: "all" },
  "local-agent": { may: [...described, "db/crypto", "db/client", "local-agent"], node: "all" },
};

/** What a module imports: statically, dynamically, for its types or for its effects. */
export function specifiersOf(code: string): string[] {
  const text = withoutComments(code);
  const patterns = [/\b(?:import|export)\b[^"';]*?\bfrom\s*["']([^"']+)["']/g, /\bimport\s*\(?\s*["']([^"']+)["']/g];
  return [...new Set(patterns.flatMap((p) => [...text.matchAll(p)].map((m) => m[1] ?? "")))];
}

export function boundaryOf(file: string): [string, Boundary] | undefined {
  return Object.entries(boundaries)
    .filter(([folder]) => file.startsWith(`${folder}/`))
    .sort((a, b) => b[0].length - a[0].length)[0];
}

/** The file that is imported, from the root of the repository; undefined for a package. */
export function targetOf(file: string, specifier: string): string | undefined {
  if (specifier.startsWith("#db/")) return `db/${specifier.slice("#db/".length)}.ts`;
  return specifier.startsWith(".") ? path.posix.join(path.posix.dirname(file), specifier) : undefined;
}

/** Why a file may not have this import, or undefined where it may. */
export function trespass(file: string, specifier: string): string | undefined {
  const [folder, boundary] = boundaryOf(file) ?? [];
  if (!folder || !boundary) return undefined;
  if (specifier.startsWith("node:"))
    return boundary.node === "all" || boundary.node.includes(specifier)
      ? undefined
      : `${file} imports ${specifier}, which ${folder} must run without`;
  const target = targetOf(file, specifier);
  if (target === undefined || boundary.may.some((d) => target.startsWith(`${d}/`))) return undefined;
  return `${file} imports ${target}, but ${folder} may only reach into ${boundary.may.join(", ")}`;
}
