import { defineConfig } from "vitest/config";

/** What takes real processes takes seconds on a small machine that does other things as well. */
const withProcesses = { testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    globalSetup: ["infra/test-setup.ts"],
    pool: "forks",
    // Most of a test with processes is waiting; a store in memory takes 400 MB.
    maxWorkers: 3,
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
          // One journey at a time: each starts the whole system.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
