import type { Reporter, TestModule } from "vitest/node";

/** In CI an end-to-end test that was skipped is a failure: it names each, and fails the run. */
export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    if (!process.env.CI) return;
    for (const module of modules) {
      if (module.project.name !== "e2e") continue;
      for (const test of module.children.allTests("skipped")) {
        console.error(`skipped in CI: ${module.moduleId} > ${test.fullName}`);
        process.exitCode = 1;
      }
    }
  }
}
