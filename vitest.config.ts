import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import LongestFirst from "./tests/support/longest-first.ts";

const packages = fileURLToPath(new URL("./packages/", import.meta.url));
// Tests import the sources, so that a test run needs no build; what a child process runs is the built output.
const alias = [
  { find: /^@imagespec\/([a-z-]+)$/, replacement: `${packages}$1/src/index.ts` },
  { find: /^@imagespec\/([a-z-]+)\/([a-z-]+)$/, replacement: `${packages}$1/src/$2.ts` },
];

/** What needs the services; of tests/agreement three files do. */
const END_TO_END = [
  "tests/e2e/**/*.test.ts",
  "tests/interruption/**/*.test.ts",
  "tests/agreement/{agreement,hosts,outputs}.test.ts",
];

/** What installs the packages from a registry of its own. */
const PUBLISHED = "tests/published/**/*.test.ts";

export default defineConfig({
  test: {
    reporters: ["default", "./tests/reporters/closing-line-reporter.ts"],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        resolve: { alias },
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "tests/**/*.test.ts"],
          exclude: [...END_TO_END, PUBLISHED, "**/node_modules/**"],
          globalSetup: ["tests/support/python-itself.ts"],
          testTimeout: 20_000,
          // No module keeps state (the architecture test sees to it), so files may share a process; what a test puts
          // into the environment is taken out after it.
          isolate: false,
          unstubEnvs: true,
          // Half of the time they wait for programs, servers and clocks: more files at a time than a small machine has
          // cores.
          maxWorkers: Math.max(4, availableParallelism()),
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { alias },
        test: {
          name: "e2e",
          include: END_TO_END,
          globalSetup: ["tests/support/start-services.ts"],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          // Most of the time they wait for containers and API servers: two at a time, also on two cores.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve: { alias },
        test: {
          name: "published",
          include: [PUBLISHED],
          globalSetup: ["tests/published/support/start-registry.ts"],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          maxWorkers: 2,
          // Beside the last of the end-to-end tests.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
