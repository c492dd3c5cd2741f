import { ImageSpecError } from "@imagespec/core/builder";
import type { BaseImage } from "./base-image.ts";

/**
 * ONBUILD instructions of a base must run in every image over it, which needs a container.
 *
 * @throws ImageSpecError E_UNSUPPORTED naming the base and its first instruction.
 */
export function refuseTriggers({ name, config }: Pick<BaseImage, "name" | "config">): void {
  const triggers = config.config?.OnBuild;
  if (!Array.isArray(triggers) || triggers.length === 0) return;
  throw new ImageSpecError("E_UNSUPPORTED", `${name} has instructions for images over it: ONBUILD ${triggers[0]}`, {
    hint: "Build with docker-buildx or kaniko, which run them, or use a base without them.",
    details: { parameter: "baseImage" },
  });
}
