import {
  contentMark,
  type FilesStep,
  ImageSpecError,
  openShippedFile,
  type ShippedFile,
} from "@imagespec/core/builder";
import type { LayerEntry } from "../base/scan-layer.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { isWhiteout, type TarEntry } from "../layer/tar-entry.ts";

/** What a base has below the folder that files go into, by path without a leading slash. */
type BaseEntries = ReadonlyMap<string, Pick<LayerEntry, "type">>;

/**
 * One layer for each tree of the files step: the source folder, then the copied files, owned by the image's user.
 * `files` are what is shipped, with the folders that lead there.
 *
 * @throws ImageSpecError E_INPUT_FILE for a name that means a deletion in layers, and for a folder where the base has
 * something else or the other way round: a layer would replace it, and a Dockerfile's COPY does not.
 */
export function filesLayers(
  step: FilesStep | undefined,
  files: readonly ShippedFile[],
  { owner, base }: { owner: { uid: number; gid: number }; base: BaseEntries },
): LayerSource[] {
  return (step?.trees ?? []).flatMap((tree) => {
    const shipped = files.filter((file) => file.path.startsWith(`${tree.from}/`));
    if (shipped.length === 0) return [];
    const deleting = shipped.find((file) => isWhiteout(file.path));
    if (deleting !== undefined)
      throw new ImageSpecError("E_INPUT_FILE", `${deleting.path} has a name that deletes files in an image`, {
        hint: "Rename what begins with .wh., or leave it out of sourceRoot and copy.",
      });
    const top = tree.to.slice(1);
    for (const file of shipped) refuseOtherKind(file, `${top}${file.path.slice(tree.from.length)}`, base);
    return {
      key: { files: shipped.map(identity), from: tree.from, to: tree.to, uid: owner.uid, gid: owner.gid, recipe: 2 },
      title: `${tree.from === "source" ? "sourceRoot" : "copy"} to ${tree.to}`,
      entries: () => entries(shipped, tree.from, top, owner),
    };
  });
}

const KINDS = { file: "a file", directory: "a folder", symlink: "a link", other: "a special file" } as const;

function refuseOtherKind({ path, type }: ShippedFile, place: string, base: BaseEntries): void {
  const existing = base.get(place);
  if (existing === undefined || (type === "directory") === (existing.type === "directory")) return;
  const what = `'${path.replace(/^[^/]*\//, "")}' is ${KINDS[type]}, and the base image has ${KINDS[existing.type]} at /${place}`;
  throw new ImageSpecError("E_INPUT_FILE", `${path.startsWith("copy/") ? "copy" : "sourceRoot"}: ${what}`, {
    hint: "Rename it in sourceRoot or copy, or use another base image.",
  });
}

function* entries(
  shipped: readonly ShippedFile[],
  from: string,
  top: string,
  { uid, gid }: { uid: number; gid: number },
): Generator<TarEntry> {
  // docker makes folders that have no entry in the layer owned by root.
  yield { type: "directory", path: top, mode: 0o755, uid, gid };
  for (const file of shipped) {
    const path = `${top}${file.path.slice(from.length)}`;
    if (file.type === "directory") yield { type: "directory", path, mode: file.mode, uid, gid };
    else if (file.type === "symlink") yield { type: "symlink", path, link: file.link, uid, gid };
    else yield { type: "file", path, mode: file.mode, size: file.size, uid, gid, content: () => openShippedFile(file) };
  }
}

function identity(file: ShippedFile): unknown[] {
  return [file.path, file.type, file.mode, contentMark(file)];
}
