import { ensureLayer, packFolder } from "../layer.ts";
import type { PlatformImage } from "../push-image.ts";
import { ensureUv, UV_VERSION } from "../uv.ts";

/** The content of `ghcr.io/astral-sh/uv:VERSION`: /uv and /uvx and nothing else. */
export async function uvImage(architecture: string): Promise<PlatformImage> {
  const layer = await ensureLayer(`uv-${UV_VERSION}-${architecture}-1`, async (tar) => {
    await packFolder(await ensureUv(architecture), tar);
  });
  return { architecture, layers: [layer], config: { Entrypoint: ["/uv"], WorkingDir: "/io" } };
}
