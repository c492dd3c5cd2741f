import { ContainerEngine } from "@imagespec/container-engine";
import type { Presence, ProcessEnvironment } from "@imagespec/registry";
import { formatPlatform, isImageSpecError } from "@imagespec/registry/terms";

/**
 * Whether the container engine holds an image for these platforms. An engine keeps one platform of a name, so several
 * wanted ones are never all there. Where no engine answers the result is `unknown` with cause E_DAEMON.
 *
 * @throws ImageSpecError E_ABORTED when cancelled.
 */
export async function checkEnginePresence(
  name: string,
  platforms: readonly string[],
  options: { env?: ProcessEnvironment | undefined; signal?: AbortSignal | undefined },
): Promise<Presence> {
  try {
    const engine = await ContainerEngine.connect(options);
    const image = await engine.inspectImage(name);
    if (image === undefined) return { status: "absent" };
    const { id: digest, os, architecture, variant } = image;
    const has = formatPlatform({ os, architecture, variant });
    const missing = platforms.filter((wanted) => wanted !== has && wanted !== `${os}/${architecture}`);
    if (missing.length > 0) return { status: "absent", missing, digest };
    return { status: "present", digest, platforms: [has] };
  } catch (error) {
    if (isImageSpecError(error, "E_DAEMON")) return { status: "unknown", cause: error };
    throw error;
  }
}
