// node scripts/services/prefetch.ts: fills the cache with what end-to-end tests ask for later; starts nothing. Run beside
// other work: a test that needs a tool meanwhile waits for it.
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

setPriority(10);
// The compiler keeps every core busy by itself; what downloads or is emulated goes on beside it. In the order in which
// tests want them: see tests/support/longest-first.ts.
const compiled = [
  ensureCrane,
  () => ensureGoTool(KANIKO),
  ensureConformanceSuite,
  () => ensureGoTool(BUILDKIT),
  () => ensureGoTool(API_SERVER),
];
const others = [ensureBuildx, () => ensurePackages({ buildah: "buildah" }), ensureEtcd, prepareArm64];
await Promise.all([compiled, others].map(inTurn));

async function inTurn(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const step of steps) {
    // The test that needs it tries again and says what is wrong.
    await step().catch((error: unknown) => say(String(error)));
  }
}
