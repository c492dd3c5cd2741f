import type { BuildResult } from "@imagespec/core/builder";
import { inParallel } from "@imagespec/registry/terms";
import { evict } from "./cache/evict.ts";
import { assembleImage } from "./image/assemble-image.ts";
import { deliver } from "./image/deliver.ts";
import { imageConfig } from "./image/image-config.ts";
import { ImagePush } from "./image/image-push.ts";
import { platformImage } from "./image/platform-image.ts";
import type { BuildSession } from "./session/build-session.ts";
import { makeLayers } from "./session/make-layers.ts";

/**
 * Builds the image of a session's plan for every platform and writes it where it goes: base and packages are read and
 * resolved, layers made, manifests put together, blobs written, the tag last. `created` is RFC 3339.
 */
export async function build(session: BuildSession, builder: string, created: string): Promise<BuildResult> {
  const { plan, target } = session.request;
  const { platforms } = target;
  const limits = { most: platforms.length, signal: session.signal };
  const images = await inParallel(platforms, limits, (platform) => platformImage(session, platform));
  const push = target.push ? new ImagePush(session) : undefined;
  for (const { base } of images) push?.beginBase(base);
  const wanted = images.map((image) => image.layers);
  const layers = await makeLayers(session, wanted, (layer) => push?.begin(layer));
  const assembled = images.map(({ base }, at) => {
    const built = layers[at] ?? [];
    const config = imageConfig(base, plan, built, { builder, created });
    return assembleImage(base, built, config, session.options.manifestFormat);
  });
  // Shared while the image is sent: a layer's record is believed only where the layer is there.
  const saved = session.once("share records", async () => session.shared?.save());
  const result = await deliver(session, assembled, push);
  await saved;
  await evict(session.cache, session.options.cacheBytes);
  return result;
}
