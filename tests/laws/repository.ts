/** The repository as the laws see it: tracked and new files, without what is built or generated. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** Paths relative to the root: what git knows, or would with `git add`. */
export const files: readonly string[] = execFileSync(
  "git",
  ["ls-files", "-co", "--exclude-standard", "--deduplicate"],
  {
    cwd: root,
    encoding: "utf8",
  },
)
  .split("\n")
  .filter(Boolean);

export const read = (file: string): string => readFileSync(path.join(root, file), "utf8");

export const isTest = (file: string): boolean => /\.test\.ts$/.test(file) || file.startsWith("tests/");

/** Source files in a folder, tests left out. */
export function sources(...folders: string[]): string[] {
  return files.filter(
    (f) => /\.(ts|tsx|mts|mjs|js)$/.test(f) && !isTest(f) && folders.some((d) => f.startsWith(`${d}/`)),
  );
}

/** Comments blanked and every line kept, so that what a comment says is no code and line numbers hold. */
export function withoutComments(code: string): string {
  let out = "";
  let i = 0;
  const blank = (s: string) => s.replace(/[^\n]/g, " ");
  while (i < code.length) {
    const c = code[i] ?? "";
    const rest = code.slice(i, i + 2);
    if (rest === "//" || rest === "/*") {
      const end = rest === "//" ? code.indexOf("\n", i) : code.indexOf("*/", i + 2) + 2;
      const stop = end < i + 2 ? code.length : end;
      out += blank(code.slice(i, stop));
      i = stop;
    } else if (c === '"' || c === "'" || c === "`") {
      let j = i + 1;
      while (j < code.length && code[j] !== c) j += code[j] === "\\" ? 2 : 1;
      out += code.slice(i, j + 1);
      i = j + 1;
    } else if (c === "/" && startsRegex(out)) {
      let j = i + 1;
      let inClass = false;
      while (j < code.length && (inClass || code[j] !== "/") && code[j] !== "\n") {
        if (code[j] === "[") inClass = true;
        if (code[j] === "]") inClass = false;
        j += code[j] === "\\" ? 2 : 1;
      }
      out += code.slice(i, j + 1);
      i = j + 1;
    } else {
      out += c;
      i += 1;
    }
  }
  return out;
}

/** A slash after an operator, a bracket or a keyword begins a regular expression; after a value it divides. */
function startsRegex(before: string): boolean {
  const tail = before.trimEnd();
  return tail === "" || /[=(,:[!&|?{};+\-*%<>~^]$/.test(tail) || /\b(return|typeof|case|in|of|await)$/.test(tail);
}

/** Line numbers (from 1) with what was found there, as `file:line text`. */
export function grep(file: string, pattern: RegExp, text = read(file)): string[] {
  return text.split("\n").flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1} ${line.trim()}`] : []));
}
