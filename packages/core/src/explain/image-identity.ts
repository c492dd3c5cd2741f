import {
  attachedDocuments,
  type CredentialStore,
  type ImageSource,
  ImageSpecError,
  type ManifestBytes,
  type ProcessEnvironment,
  parseManifest,
  parsePlatform,
  parseReference,
  platformsOf,
  RegistryClient,
  readConfig,
  readImage,
} from "@imagespec/registry";
import { type AptIndex, recordedAptIndexes } from "../plan/apt-index.ts";
import { IDENTITY_TYPE, isUntold, MAX_IDENTITY_BYTES } from "./published-identity.ts";

/** What an image in a registry was made of, as its build kept it beside the image. */
export interface ImageIdentity {
  /** Digest of the image. */
  digest: string;
  /** The published identity document: RFC 8785 JSON, with digests in place of what is not told. */
  document: string;
  /**
   * Indexes that its Debian packages were chosen from, as far as the image records them; of several platforms those of
   * the first.
   */
  aptIndexes: AptIndex[];
}

/**
 * Reads what an image in a registry was made of.
 *
 * @throws ImageSpecError E_INPUT_FILE when nothing is kept beside the image, E_REGISTRY when what is kept is not an
 * identity document, or there is no such image (details.status 404), E_REGISTRY_AUTH, E_REGISTRY_UNREACHABLE,
 * E_REFERENCE, E_ABORTED.
 */
export async function readImageIdentity(
  reference: string,
  access: { credentials: CredentialStore; env: ProcessEnvironment; signal?: AbortSignal | undefined },
): Promise<ImageIdentity> {
  const { credentials, env, signal } = access;
  const parsed = parseReference(reference);
  const client = new RegistryClient({ credentials, env });
  try {
    const repository = client.repository(parsed, { mirror: false });
    const manifest = await repository.getManifest(parsed.digest ?? parsed.tag ?? "latest", { signal });
    const { digest } = manifest;
    const options = { type: IDENTITY_TYPE, maxBytes: MAX_IDENTITY_BYTES, signal };
    const found = await attachedDocuments(repository, digest, options);
    // An image has one identity; should a later version have written it differently, the later one counts.
    const document = found.at(-1);
    if (document !== undefined) {
      const aptIndexes = await aptIndexesOf(repository, manifest, signal);
      return { digest, document: checkedDocument(document.bytes, reference), aptIndexes };
    }
  } finally {
    await client.close();
  }
  throw new ImageSpecError("E_INPUT_FILE", `'${reference}' has no identity document attached`, {
    hint: "Name an image that imagespec pushed with attachIdentity on and that was copied together with its referrers.",
  });
}

async function aptIndexesOf(
  source: ImageSource,
  bytes: ManifestBytes,
  signal: AbortSignal | undefined,
): Promise<AptIndex[]> {
  const document = parseManifest(bytes, source.name);
  if (document.kind !== "index") return recordedAptIndexes(await readConfig(source, document, { signal }));
  const [first] = platformsOf(document);
  if (first === undefined) return [];
  const { config } = await readImage(source, bytes.digest, parsePlatform(first), { signal });
  return recordedAptIndexes(config);
}

function checkedDocument(bytes: Uint8Array, reference: string): string {
  const text = Buffer.from(bytes).toString("utf8");
  if (isIdentity(text)) return text;
  throw new ImageSpecError("E_REGISTRY", `'${reference}' has an attachment that is not an identity document`, {
    hint: "Rebuild the image with --force.",
  });
}

function isIdentity(text: string): boolean {
  try {
    const { imagespec, files = [] } = JSON.parse(text) as { imagespec?: unknown; files?: unknown };
    const isEntry = (file: unknown) => Array.isArray(file) && file.every((part) => typeof part === "string");
    const isList = Array.isArray(files) && files.every(isEntry);
    return imagespec === 1 && (isList || isUntold(files));
  } catch {
    return false;
  }
}
