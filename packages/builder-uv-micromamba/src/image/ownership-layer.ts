import { ImageSpecError } from "@imagespec/core/builder";
import type { BaseInspector } from "../base/base-inspector.ts";
import { foldersOf } from "../base/folders-of.ts";
import type { LayerEntry } from "../base/scan-layer.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import type { Owner } from "../layer/owned-layer.ts";
import type { TarEntry } from "../layer/tar-entry.ts";

/** Limit of the bytes of the base's files that are written again with another owner. */
const LARGEST = 64 * 1024 * 1024;

/**
 * The layer that gives what the base has below these folders to the image's user: the base's entries again, with
 * another owner. Undefined when all of it is the user's.
 *
 * @throws ImageSpecError E_UNSUPPORTED for more than 64 MiB, and for what cannot be written again.
 */
export async function ownershipLayer(
  folders: readonly string[],
  owner: Owner,
  { inspector, baseName }: { inspector: BaseInspector; baseName: string },
): Promise<LayerSource | undefined> {
  const entries = new Map<string, LayerEntry>();
  for (const folder of folders) {
    const below = await inspector.tree.below(folder);
    const foreign = [...below].filter(([, { uid }]) => uid !== owner.uid);
    for (const [path, entry] of foreign) {
      for (const parent of foldersOf(path).filter(({ length }) => length >= folder.length)) {
        const existing = below.get(parent) ?? (await inspector.tree.get(parent));
        if (existing?.type === "directory") entries.set(parent, existing);
      }
      entries.set(path, entry);
    }
  }
  if (entries.size === 0) return undefined;
  const refuse = (what: string) =>
    new ImageSpecError("E_UNSUPPORTED", `${baseName}: ${what}`, { hint: "Build with docker-buildx or kaniko." });
  let bytes = 0;
  for (const [path, { type, hard, link = "", size = 0 }] of entries) {
    if (`${path}${link}`.includes("\uFFFD")) throw refuse(`/${path} is not UTF-8 text, and cannot be written again`);
    if (type === "other" || hard)
      throw refuse(`/${path} is not a plain file, and its owner cannot be changed by a layer`);
    bytes += size;
  }
  if (bytes > LARGEST)
    throw refuse(
      `${bytes} bytes below ${folders.map((folder) => `/${folder}`).join(" and ")} belong to others than the image's user, and at most ${LARGEST} are written again`,
    );
  const sorted = [...entries].sort(([left], [right]) => (left < right ? -1 : 1));
  return {
    key: { base: await inspector.layersOf([...entries.keys()]), owned: sorted, owner, recipe: 2 },
    title: `owner of ${folders.map((folder) => `/${folder}`).join(", ")}`,
    entries: (signal) => ownedEntries(sorted, owner, inspector, signal),
  };
}

async function* ownedEntries(
  entries: readonly [string, LayerEntry][],
  { uid, gid }: Owner,
  inspector: BaseInspector,
  signal: AbortSignal,
): AsyncGenerator<TarEntry> {
  const files = entries.flatMap(([path, { type }]) => (type === "file" ? [path] : []));
  const contents = await inspector.contents(files, signal);
  for (const [path, { type, mode, link = "" }] of entries) {
    if (type === "directory") yield { type, path, mode, uid, gid };
    else if (type === "symlink") yield { type, path, link, uid, gid };
    else {
      const content = contents.get(path) as Buffer;
      yield { type: "file", path, mode: withoutSetId(mode), uid, gid, size: content.length, content };
    }
  }
}

/** A file that changes its owner loses set-user-ID, and set-group-ID where its group may execute it (chown(2)). */
function withoutSetId(mode: number): number {
  return mode & ~(mode & 0o010 ? 0o6000 : 0o4000);
}
