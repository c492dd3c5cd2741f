import { ContainerEngine } from "@imagespec/container-engine";
import { type BuildRequest, isImageSpecError } from "@imagespec/core/builder";
import type { HeldImage } from "@imagespec/dockerfile";

/**
 * What docker's own engine holds under a name; undefined when it has no such image, or does not answer. `config` is
 * laid over this process's environment.
 *
 * @throws ImageSpecError E_ABORTED.
 */
export async function heldImage(
  name: string,
  config: Record<string, string>,
  { signal }: Pick<BuildRequest, "signal">,
): Promise<HeldImage | undefined> {
  try {
    const engine = await ContainerEngine.connect({ env: { ...process.env, ...config }, signal });
    return await engine.inspectImage(name);
  } catch (error) {
    if (isImageSpecError(error, "E_DAEMON")) return undefined;
    throw error;
  }
}
