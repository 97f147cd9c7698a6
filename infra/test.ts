/** `npm test`: lint, types and every test that needs no credentials. Arguments are vitest's filters: `npm test -- tests/stories`. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { startVitest, type TestModule } from "vitest/node";
import { root } from "./paths.ts";

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const checks: readonly [name: string, command: string, args: readonly string[]][] = [
  ["lint", "biome", ["check", ".", "--error-on-warnings"]],
  ["types", "tsc", ["-p", "tsconfig.json"]],
  ["types of the edge", "tsc", ["-p", "edge/tsconfig.json"]],
  // The programs that people run on their own Node, with what the oldest one has.
  ["types of the programs", "tsc", ["-p", "cli/tsconfig.json"]],
];

const filters = process.argv.slice(2);
const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const [name, command, args] of checks) {
  const passed = await succeeds(command, args);
  console.log(`${passed ? "ok" : "FAILED"}: ${name}`);
  counts[passed ? "passed" : "failed"]++;
}

const vitest = await startVitest("test", filters, { watch: false, passWithNoTests: filters.length === 0 });
for (const module of vitest.state.getTestModules()) count(module, counts);
counts.failed += vitest.state.getUnhandledErrors().length;
await vitest.close();
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed > 0 || counts.passed === checks.length ? 1 : 0);

/** Every test once; a file that could not be read, or whose hooks failed, is a failure of its own. */
function count(module: TestModule, into: Counts): void {
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    into[state === "passed" || state === "failed" ? state : "skipped"]++;
  }
  into.failed += module.errors().length;
  for (const suite of module.children.allSuites()) into.failed += suite.errors().length;
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  const child = spawn(`${root}/node_modules/.bin/${command}`, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code] = await once(child, "exit");
  return code === 0;
}
