import { ImageSpecError, isTag, type ProcessEnvironment } from "@imagespec/registry/terms";
import { imageName } from "../identity/image-reference.ts";
import type { AptIndex } from "../plan/apt-index.ts";
import { cacheFolder } from "../process/cache-folder.ts";
import type { PreparedBuild } from "../request/prepare-build.ts";
import { type Difference, explainDifference } from "./explain-difference.ts";
import { readImageIdentity } from "./image-identity.ts";
import { readKeptIdentity } from "./kept-identity.ts";
import { publishedIdentity } from "./published-identity.ts";

/** How one identity came from another. */
export interface IdentityExplanation {
  /** What the image was compared with: that of the last build here, or one in a registry with its digest. */
  against: {
    reference: string;
    digest?: string | undefined;
    /** What the Debian packages of one in a registry were chosen from, where it records that. */
    aptIndexes?: AptIndex[] | undefined;
  };
  /** None when the content is the same. */
  differences: Difference[];
}

/**
 * What changed since the last build of an image of that name here, whether that made the image or found it in its
 * registry, undefined when there was none; or, with `against`, what sets the image apart from another. `against`
 * without `/`, `:` and `@` is a tag of the same image, which is looked for among those of the last builds here, then in
 * the registry.
 *
 * @throws ImageSpecError what `readImageIdentity` throws, and E_OPTIONS for a tag of an image without a registry.
 */
export async function explainIdentity(
  { resolved, identity, credentials }: PreparedBuild,
  options: {
    against?: string | undefined;
    env: ProcessEnvironment;
    cacheDir?: string | undefined;
    signal?: AbortSignal | undefined;
  },
): Promise<IdentityExplanation | undefined> {
  const { against, env, signal } = options;
  const name = imageName(resolved.target);
  if (against === undefined || isTag(against)) {
    const kept = await readKeptIdentity(options.cacheDir ?? cacheFolder(env), name, against);
    if (kept !== undefined) {
      const differences = explainDifference(kept.document, identity.document);
      return { against: { reference: `${name}:${kept.tag}` }, differences };
    }
    if (against === undefined) return undefined;
    if (resolved.target.registry === undefined) {
      const what = `no registry in which the tag ${against} could be, and was not built here under that tag of late`;
      throw new ImageSpecError("E_OPTIONS", `'${name}' has ${what}`, {
        hint: "Give --against one of the last tags built here, or a full reference such as registry.example/team/app:1.",
      });
    }
  }
  const reference = isTag(against) ? `${name}:${against}` : against;
  const { digest, document, aptIndexes } = await readImageIdentity(reference, { credentials, env, signal });
  const differences = explainDifference(document, publishedIdentity(identity.document));
  return { against: { reference, digest, aptIndexes }, differences };
}
