import { parsePlatform, parseReference, RegistryClient, readImage } from "@imagespec/registry";
import { configFields, type ImageConfig } from "./image-config.ts";

/** What a registry says of an image for one platform, without any engine: through mirrors, with docker's credentials. */
export async function registryConfig(image: string, platform: string): Promise<ImageConfig> {
  const { tag, digest } = parseReference(image);
  const source = new RegistryClient().repository(image);
  const { config } = await readImage(source, digest ?? tag ?? "latest", parsePlatform(platform));
  return configFields(config.config ?? {});
}
