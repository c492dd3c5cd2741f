import {
  parsePlatform,
  parseReference,
  type ReadImage,
  RegistryClient,
  type RegistryRepository,
  readImage,
} from "@imagespec/registry";
import { configFields, type ImageConfig } from "./image-config.ts";

/**
 * What a registry says of an image for one platform, without any engine: through mirrors, with docker's credentials.
 */
export async function registryConfig(image: string, platform: string): Promise<ImageConfig> {
  return configFields((await namedImage(image, platform)).config.config ?? {});
}

/** An image by its name, for one platform, and the repository that it is read from. */
export async function namedImage(image: string, platform: string): Promise<ReadImage & { source: RegistryRepository }> {
  const { tag, digest } = parseReference(image);
  const source = new RegistryClient().repository(image);
  return { source, ...(await readImage(source, digest ?? tag ?? "latest", parsePlatform(platform))) };
}
