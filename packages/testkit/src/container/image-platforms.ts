import {
  configPlatform,
  formatPlatform,
  parseManifest,
  parseReference,
  platformsOf,
  RegistryClient,
  readConfig,
} from "@imagespec/registry";

/** The platforms of the image under a tag: those of its index, or the one that its config states. */
export async function imagePlatforms(image: string): Promise<string[]> {
  const { tag, digest } = parseReference(image);
  const source = new RegistryClient().repository(image, { mirror: false });
  const document = parseManifest(await source.getManifest(digest ?? tag ?? "latest"), image);
  if (document.kind === "index") return platformsOf(document);
  return [formatPlatform(configPlatform(await readConfig(source, document)))];
}
