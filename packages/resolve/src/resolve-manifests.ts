import {
  type BuildEvent,
  type BuildOptions,
  type BuildOutcome,
  IMAGE_ID_VARIABLE,
  ImageBuildEngine,
  pinnedReference,
} from "@imagespec/core";
import { inParallel } from "@imagespec/registry";
import { placedError } from "./image/placed-error.ts";
import { readImages } from "./image/read-images.ts";
import { findUses } from "./manifest/find-uses.ts";
import { joinManifests } from "./manifest/join-manifests.ts";
import type { Manifest } from "./manifest/manifest.ts";
import { replaceUses } from "./manifest/replace-uses.ts";

/** How the images are built: as for one image, but without an output of their own. */
export type ResolveBuildOptions = Pick<BuildOptions, "builder" | "builderOptions" | "platform" | "force" | "onUnknown">;

/** How manifests are resolved. */
export interface ResolveOptions {
  /**
   * Makes the engine that builds, from the folders of the spec files; default: one with the builders of the working
   * directory's project and of theirs.
   */
  makeEngine?: ((folders: readonly string[]) => ImageBuildEngine) | undefined;
  /** How each image is built. */
  build?: ResolveBuildOptions | undefined;
  /** How many images are looked up or built at the same time; default 16, since most of them exist. */
  concurrency?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Called for everything that happens. */
  onEvent?: ((event: BuildEvent) => void) | undefined;
}

/** One image of the manifests. */
export interface ResolvedImage {
  /** `NAME:TAG@sha256:...`; `NAME:TAG` where no registry holds it. */
  reference: string;
  outcome: BuildOutcome;
  /** Where it is used, as it is written there. */
  uses: { text: string; manifest: string; line: number }[];
}

/** Manifests whose images are there and pinned. */
export interface ResolvedManifests {
  /** All of them as one stream of YAML documents. */
  text: string;
  manifests: Manifest[];
  images: ResolvedImage[];
}

/**
 * Builds each image that manifests name as `imagespec://FILE#TARGET`, unless it exists, and puts its pinned reference
 * in place of the name. Everything else of the texts stays as it is. Each image is looked up or built once, all of them
 * side by side.
 *
 * @throws ImageSpecError with the place in the manifest: E_INPUT_FILE for specs that cannot be read, and what a build
 * throws.
 */
export async function resolveManifests(
  manifests: readonly Manifest[],
  options: ResolveOptions = {},
): Promise<ResolvedManifests> {
  const { signal = new AbortController().signal, concurrency = 16, onEvent, makeEngine = ownEngine } = options;
  const uses = manifests.flatMap((manifest) =>
    findUses(manifest).map((use) => ({ ...use, manifest, folder: manifest.folder })),
  );
  const named = await readImages(uses, signal);
  const engine = makeEngine([...new Set(named.map(({ folder }) => folder))]);
  const images = await inParallel(named, { most: concurrency, signal }, async ({ spec, uses }, stop) => {
    const outcome = await engine.build(spec, { ...options.build, signal: stop, onEvent }).catch((error: unknown) => {
      throw placedError(`${uses[0]?.place}: ${uses[0]?.text}`, error);
    });
    return { reference: pinnedReference(outcome), outcome, uses };
  });
  const references = new Map(images.flatMap(({ uses, reference }) => uses.map((use) => [use, reference])));
  const resolved = manifests.map((manifest) => {
    const own = uses.filter((use) => use.manifest === manifest);
    const replaced = own.map((use) => ({ use, reference: references.get(use) as string }));
    return { ...manifest, text: replaceUses(manifest.text, replaced) };
  });
  return {
    text: joinManifests(resolved.map(({ text }) => text)),
    manifests: resolved,
    images: images.map(({ uses, ...image }) => ({
      ...image,
      uses: uses.map(({ text, manifest, line }) => ({ text, manifest: manifest.name, line })),
    })),
  };
}

function ownEngine(folders: readonly string[]): ImageBuildEngine {
  // In the image's own container the reference is asked for all the same, not the advice that nothing has to be built.
  const { [IMAGE_ID_VARIABLE]: _own, ...env } = process.env;
  return new ImageBuildEngine({ root: [process.cwd(), ...folders], env });
}
