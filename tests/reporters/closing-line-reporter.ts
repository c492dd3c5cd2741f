import { readdirSync } from "node:fs";
import { basename } from "node:path";
import type { Reporter, SerializedError, TestModule, Vitest } from "vitest/node";
import { matrixFaults } from "./matrix-faults.ts";

/** Files whose time is printed. */
const LONGEST = 25;

/**
 * Prints `N passed, N failed, N skipped` alone on the last line, the one form every CI can read. Two things count as
 * failures besides tests: in CI an end-to-end test that was skipped, and after a run of every end-to-end file a cell of
 * the matrix of builders that no test has shown.
 */
export default class ClosingLineReporter implements Reporter {
  #filtered = false;

  onInit(vitest: Vitest): void {
    this.#filtered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      if (module.state() === "failed" && module.children.size === 0) count.failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed" || state === "failed") count[state]++;
        else count.skipped++;
      }
    }
    const endToEnd = modules.filter(({ project }) => project.name === "e2e");
    const faults = process.env.CI ? skippedTests(endToEnd) : [];
    if (!this.#filtered && ranEveryFile(endToEnd)) faults.push(...matrixFaults(endToEnd));
    if (!this.#filtered) console.log(longestFiles(modules).join("\n"));
    for (const fault of faults) console.error(fault);
    if (faults.length > 0) process.exitCode = 1;
    console.log(`${count.passed} passed, ${count.failed + faults.length} failed, ${count.skipped} skipped`);
  }
}

/** Where a run's time went. */
function longestFiles(modules: readonly TestModule[]): string[] {
  const times = modules.map((module) => ({ file: module.relativeModuleId, ms: module.diagnostic().duration }));
  const longest = times.sort((a, b) => b.ms - a.ms).slice(0, LONGEST);
  return longest.filter(({ ms }) => ms >= 10_000).map(({ file, ms }) => `${Math.round(ms / 1000)} s in ${file}`);
}

function skippedTests(modules: readonly TestModule[]): string[] {
  return modules.flatMap((module) =>
    [...module.children.allTests("skipped")].map((test) => `skipped in CI: ${module.moduleId} > ${test.fullName}`),
  );
}

function ranEveryFile(modules: readonly TestModule[]): boolean {
  const ran = new Set(modules.map(({ moduleId }) => basename(moduleId)));
  const files = readdirSync(new URL("../e2e/", import.meta.url)).filter((name) => name.endsWith(".test.ts"));
  return files.every((name) => ran.has(name));
}
