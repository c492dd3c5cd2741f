import type { BuildRequest } from "@imagespec/core/builder";
import { isDigest, parseReference, RegistryClient } from "@imagespec/registry";

/**
 * The digest of an image that was just pushed, as its registry knows it. `written` is what buildx wrote down: some
 * engines put the config's digest there, so it counts only when the registry has a manifest of that name.
 */
export async function pushedDigest(
  request: Pick<BuildRequest, "credentials" | "signal">,
  reference: string,
  written: string | undefined,
): Promise<string | undefined> {
  const { tag = "latest" } = parseReference(reference);
  const client = new RegistryClient({ credentials: request.credentials });
  const repository = client.repository(reference, { mirror: false });
  const call = { signal: request.signal };
  try {
    if (written !== undefined && isDigest(written) && (await repository.headManifest(written, call)) !== undefined) {
      return written;
    }
    return (await repository.headManifest(tag, call))?.digest;
  } finally {
    await client.close();
  }
}
