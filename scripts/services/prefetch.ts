// node scripts/services/prefetch.ts: fills the cache with what end-to-end tests ask for later; starts nothing. Run beside
// other work: a test that needs a tool meanwhile waits for it.
import { setPriority } from "node:os";
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
const steps = [
  ensureCrane,
  ensureBuildx,
  () => ensureGoTool(KANIKO),
  () => ensureGoTool(BUILDKIT),
  ensureEtcd,
  () => ensureGoTool(API_SERVER),
  ensureConformanceSuite,
  prepareArm64,
];
for (const step of steps) {
  // The test that needs it tries again and says what is wrong.
  await step().catch((error: unknown) => say(String(error)));
}
