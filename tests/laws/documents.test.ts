import path from "node:path";
import { expect, test } from "vitest";
import { verifies } from "../requirements.ts";
import { files, grep, read } from "./repository.ts";

const documents = files.filter((f) => f.endsWith(".md"));
const folders = new Set(files.flatMap((f) => f.split("/").map((_, i, parts) => parts.slice(0, i).join("/"))));
const top = new Set(files.filter((f) => f.includes("/")).map((f) => f.split("/")[0] ?? ""));
/** Made by building or running, so named and not in the repository. */
const made = ["dist", ".mcpctl", "node_modules", ".wrangler"];

const exists = (p: string) => files.includes(p) || folders.has(p.replace(/\/$/, ""));

/** Relative links, and paths in backticks that begin with one of our folders. Places to fill in (`<kind>`) are none. */
function mentioned(document: string): string[] {
  const text = read(document);
  const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map((m) => m[1] ?? "")
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => path.posix.join(path.posix.dirname(document), link));
  const quoted = [...text.matchAll(/`([\w.@-]+\/[\w./@*-]*)`/g)]
    .map((m) => m[1] ?? "")
    .filter((p) => top.has(p.split("/")[0] ?? "") && !made.includes(p.split("/")[0] ?? "") && !p.includes("*"));
  return [...new Set([...links, ...quoted])];
}

test(verifies("law.docs", "every file that a document names is there"), () => {
  const missing = documents.flatMap((d) =>
    mentioned(d)
      .filter((p) => !exists(p))
      .map((p) => `${d}: ${p}`),
  );
  expect(missing).toEqual([]);
});

test("every npm script that a document names is there", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const named = documents.flatMap((d) =>
    [
      ...read(d).matchAll(
        /npm (?:run )?(start|stop|test|dev|bench|drill|build|check|format|docs|migrations|deploy)\b/g,
      ),
    ].map((m) => m[1] ?? ""),
  );
  expect([...new Set(named)].filter((s) => !(s in scripts))).toEqual([]);
});

const text = files.filter(
  (f) => /\.(ts|mjs|js|json|md|toml|yaml|yml|sh|sql|capnp)$/.test(f) && f !== "package-lock.json",
);

test(verifies("law.no-secrets", "no credential is in the repository"), () => {
  const shapes = [
    /\bmcpctl_[a-z]{2,4}_[0-9A-Za-z]{49}\b/,
    /\bsk-(?:proj-|ant-|or-)?[A-Za-z0-9_-]{32,}/,
    /\bgh[pousr]_[A-Za-z0-9]{36}\b/,
    /\bAKIA[0-9A-Z]{16}\b/,
    /-----BEGIN (?:[A-Z ]+ )?PRIVATE KEY-----/,
    /\beyJ[A-Za-z0-9_-]{16,}\.eyJ[A-Za-z0-9_-]{16,}\./,
    /"d"\s*:\s*"[A-Za-z0-9_-]{43}"/,
    /postgres(?:ql)?:\/\/[^\s"'`$:]+:[^\s"'`$@]{12,}@[a-z0-9.-]+\.neon\.tech/,
  ];
  expect(text.flatMap((f) => shapes.flatMap((s) => grep(f, s)))).toEqual([]);
  expect(files.filter((f) => /(^|\/)(\.env(\..*)?|\.dev\.vars|id_rsa|.*\.pem)$/.test(f))).toEqual([]);
});

test(verifies("law.no-secrets", "no path of somebody's machine is in the repository"), () => {
  // Put together here, so that this file does not break its own law.
  const homes = new RegExp(
    `(?<![\\w.])/(${["wo" + "rk", "ro" + "ot", "home/[a-z]+", "Use" + "rs/[a-z]+"].join("|")})/[\\w.]`,
  );
  expect(text.flatMap((f) => grep(f, homes))).toEqual([]);
});
