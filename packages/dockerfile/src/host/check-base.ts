import { type BuildRequest, baseImageText } from "@imagespec/core/builder";
import {
  checkImagePlatforms,
  checkPlatform,
  type ImageSpecError,
  isImageSpecError,
  isPlatform,
  OciLayout,
  type Platform,
  type ProcessEnvironment,
  parsePlatform,
  parseReference,
  RegistryClient,
  throughMirror,
} from "@imagespec/registry";

/** Milliseconds that a registry has for each answer: a base that cannot be read is left to the builder's tool. */
const PATIENCE = 5000;

/** An image that a container engine holds. */
export interface HeldImage extends Platform {
  /** `name@digest` for each registry that it came from or went to. */
  digests: readonly string[];
}

/** How {@link checkBase} reads a base. */
export interface CheckBaseOptions {
  /** For proxies, certificates and IMAGESPEC_INSECURE_REGISTRIES; default process.env. */
  env?: ProcessEnvironment | undefined;
  /** Registries that may be spoken to without TLS, beside those of `env`. */
  insecure?: readonly string[] | undefined;
  /** For a tool that takes a base out of its engine before it asks a registry: what the engine holds under a name. */
  held?: ((reference: string) => Promise<HeldImage | undefined>) | undefined;
}

type Request = Pick<BuildRequest, "plan" | "target" | "credentials" | "mirrors" | "signal">;

/**
 * Refuses a base that has no image for a platform of the target: BuildKit, kaniko and buildah take one for another
 * platform, and label the result as if it were for the one that was asked for. Likewise one whose config has a field of
 * the wrong type, as far as it is read: a tool would say so in its own words. It is read as the build will read it,
 * through mirrors and with credentials; of an index normally nothing else is read. Only a definite answer counts: a
 * base that cannot be read, or that does not say what it is for, is left to the tool. Call it before any work.
 *
 * @throws ImageSpecError E_REGISTRY that names the platforms there are; E_ABORTED.
 */
export async function checkBase(request: Request, options: CheckBaseOptions = {}): Promise<void> {
  const { base } = request.plan;
  const platforms = request.target.platforms.map(parsePlatform);
  const name = base.kind === "layout" ? undefined : throughMirror(base.reference, request.mirrors);
  const held = name === undefined ? undefined : await options.held?.(name);
  const inEngine = held === undefined ? "unknown" : await judge(() => checkHeld(held, platforms, baseImageText(base)));
  // The tool then takes it from the engine. Its registry, which may be out of reach, need not be asked.
  if (inEngine === "fits") return;
  const stored = await judge(() => checkStored(request, platforms, options));
  if (stored === "fits") return;
  if (stored !== "unknown") throw stored;
  if (inEngine !== "unknown" && held !== undefined && name !== undefined && isHereAlone(held, name)) throw inEngine;
}

function checkHeld(held: HeldImage, platforms: readonly Platform[], subject: string): void {
  for (const platform of platforms) checkPlatform(held, platform, subject);
}

/** True for an image that the engine neither pulled nor pushed under this name, whatever its other names. */
function isHereAlone({ digests }: HeldImage, reference: string): boolean {
  const { name } = parseReference(reference);
  // Engines write Docker Hub's names in their short form.
  const spellings = [name, parseReference(name).familiar];
  return !digests.some((digest) => spellings.some((spelling) => digest.startsWith(`${spelling}@`)));
}

/** Whether the base has an image for every platform; an error where it certainly lacks one, or has a broken one. */
type Verdict = "fits" | "unknown" | ImageSpecError;

async function judge(check: () => void | Promise<void>): Promise<Verdict> {
  try {
    await check();
    return "fits";
  } catch (error) {
    if (!isImageSpecError(error) || error.code === "E_ABORTED") throw error;
    return statesPlatforms(error) || isMistyped(error) ? error : "unknown";
  }
}

/** True for the error of a base that lacks a platform, if all that it has can be read as platforms. */
function statesPlatforms(error: ImageSpecError): boolean {
  const platforms = isImageSpecError(error, "E_REGISTRY") ? (error.details.platforms ?? []) : [];
  return platforms.length > 0 && platforms.every(isPlatform);
}

/** True for the error of a config that no tool reads. */
function isMistyped(error: ImageSpecError): boolean {
  return isImageSpecError(error, "E_REGISTRY") && error.details.field !== undefined;
}

/** Asks the registry or the layout that the base is in. */
async function checkStored(
  { plan: { base }, credentials, mirrors, signal }: Request,
  platforms: readonly Platform[],
  { env, insecure }: CheckBaseOptions,
): Promise<void> {
  if (base.kind === "layout") {
    const layout = new OciLayout(base.path);
    return checkImagePlatforms(layout, (await layout.root()).digest, platforms, { signal });
  }
  const { name, digest, tag = "latest" } = parseReference(base.reference);
  const client = new RegistryClient({
    ...{ credentials, mirrors, env, insecure },
    retry: { attempts: 2 },
    // Both attempts together, so that one that drops packets holds nobody up for longer.
    connectTimeoutMs: PATIENCE / 2,
    idleTimeoutMs: PATIENCE,
  });
  try {
    await checkImagePlatforms(client.repository(name), digest ?? tag, platforms, { signal });
  } finally {
    await client.close();
  }
}
