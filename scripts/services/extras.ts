import { ensureArm64 } from "./arm64.ts";
import { ensureBuildkitd } from "./buildkitd.ts";
import { ensureBuildx } from "./buildx.ts";
import { ensureKaniko } from "./kaniko.ts";
import { ensureKubernetes } from "./kubernetes.ts";
import { ensurePasswordRegistry, ensureTlsRegistry } from "./registry.ts";

/** Services that start only when a test (or `up.ts NAME`) asks for them. */
export const EXTRAS = {
  arm64: ensureArm64,
  buildkitd: ensureBuildkitd,
  buildx: ensureBuildx,
  kaniko: ensureKaniko,
  kubernetes: ensureKubernetes,
  "registry-password": ensurePasswordRegistry,
  "registry-tls": ensureTlsRegistry,
} satisfies Record<string, () => Promise<unknown>>;

export function isExtra(name: string): name is keyof typeof EXTRAS {
  return name in EXTRAS;
}
