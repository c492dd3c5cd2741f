import { collectBytes } from "../digest/collect-bytes.ts";
import { digestOf } from "../digest/digest.ts";
import { type Descriptor, MEDIA_TYPES } from "../image/descriptor.ts";
import { MAX_MANIFEST_BYTES, parseManifest } from "../image/parse-manifest.ts";
import { contentType, refusesHead } from "./answer.ts";
import type { RegistryCall, RegistryHost } from "./registry-host.ts";

/** An image is signed and described a few times; of thousands of referrers only the first pages are read. */
const MOST_PAGES = 10;

/** The referrers API of distribution-spec 1.1, page by page; undefined where the registry does not have it. */
export async function listReferrers(
  host: RegistryHost,
  call: Pick<RegistryCall, "subject" | "scopes" | "signal">,
  question: { path: string; whole: string; artifactType?: string | undefined },
): Promise<Descriptor[] | undefined> {
  const { path, whole, artifactType } = question;
  const found: Descriptor[] = [];
  const first = artifactType === undefined ? path : `${path}?artifactType=${encodeURIComponent(artifactType)}`;
  let next: string | undefined = first;
  for (let page = 0; next !== undefined && page < MOST_PAGES; page++) {
    const asked: RegistryCall = {
      ...call,
      method: "GET",
      target: next,
      headers: { accept: MEDIA_TYPES.ociIndex },
      accept: (status) => status === 200 || refusesHead(status),
    };
    const answer = await host.receive(asked, async (response) => {
      // Registries that do not know the path may answer with a page for people.
      if (response.status === 200 && contentType(response) === MEDIA_TYPES.ociIndex) {
        const bytes = await collectBytes(response.body, MAX_MANIFEST_BYTES, `The list of what refers to ${whole}`);
        return { bytes, link: response.header("link") };
      }
      await response.body.dump();
      return undefined;
    });
    if (answer === undefined) return undefined;
    const { bytes, link } = answer;
    const index = parseManifest({ bytes, digest: digestOf(bytes), mediaType: MEDIA_TYPES.ociIndex }, whole);
    if (index.kind === "index") found.push(...index.manifests);
    next = nextPage(link, path);
  }
  // A registry need not filter.
  return artifactType === undefined ? found : found.filter((entry) => entry.artifactType === artifactType);
}

/** Where the next page is (RFC 8288), as long as it is a page of the same list of the same registry. */
function nextPage(link: string | undefined, path: string): string | undefined {
  const [, target] = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link ?? "") ?? [];
  const url = target === undefined ? null : URL.parse(target, `https://registry.invalid${path}`);
  return url?.pathname === path ? `${path}${url.search}` : undefined;
}
