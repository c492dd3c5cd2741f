// node scripts/services/prefetch.ts: fills the cache with the tools that end-to-end tests need later, and starts
// nothing. It runs beside other work: a test that needs a tool meanwhile waits for it.
import { setPriority } from "node:os";
import { ensurePackages } from "./apt.ts";
import { prepareArm64 } from "./arm64.ts";
import { BUILDKIT } from "./buildkitd.ts";
import { ensureBuildx } from "./buildx.ts";
import { say } from "./command.ts";
import { ensureConformanceSuite } from "./conformance.ts";
import { ensureCrane } from "./crane.ts";
import { ensureGoTool } from "./go.ts";
import { KANIKO } from "./kaniko.ts";
import { API_SERVER, ensureEtcd } from "./kubernetes.ts";
import { ensurePoetry } from "./poetry.ts";

setPriority(10);
// Compilers keep every core busy, so they run one after another, beside downloads and emulation, in the order in which
// the tests need their tools: see tests/support/longest-first.ts.
const compiled = [
  ensureCrane,
  () => ensureGoTool(KANIKO),
  ensureConformanceSuite,
  () => ensureGoTool(BUILDKIT),
  () => ensureGoTool(API_SERVER),
];
const others = [ensurePoetry, ensureBuildx, () => ensurePackages({ buildah: "buildah" }), ensureEtcd, prepareArm64];
await Promise.all([compiled, others].map(inTurn));

async function inTurn(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const step of steps) {
    // The test that needs it tries again and reports what is wrong.
    await step().catch((error: unknown) => say(String(error)));
  }
}
