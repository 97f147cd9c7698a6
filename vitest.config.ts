import { defineConfig } from "vitest/config";
import { LongestFirst } from "./tests/harness/longest-first.ts";

/** What takes real processes takes seconds on a small machine that does other things as well. */
const withProcesses = { testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    globalSetup: ["tests/harness/setup.ts"],
    pool: "forks",
    setupFiles: ["tests/harness/each-file.ts"],
    // Loading the same modules anew for each file was a fifth of the whole; none of them keeps what another test could trip over.
    isolate: false,
    // Most of a test with processes is waiting.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{db,edge,cli,local-agent,infra}/**/*.test.ts"],
          ...withProcesses,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "contract",
          include: ["tests/**/*.test.ts"],
          exclude: ["tests/stories/**"],
          ...withProcesses,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "stories",
          include: ["tests/stories/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
