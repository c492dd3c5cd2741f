import { ImageSpecError, type UserStep } from "@imagespec/core/builder";
import type { BaseInspector } from "../base/base-inspector.ts";
import { type PlannedAccount, planAccount } from "../base/planned-account.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { type TarEntry, textFile } from "../layer/tar-entry.ts";

/**
 * The user of the runtime contract over a base, and the layer that makes it: passwd and group with a line more, its
 * home, and the working directory in its hands. Undefined layer when the base has all of it so already.
 */
export async function accountLayer(
  step: UserStep,
  inspector: BaseInspector,
  baseName: string,
): Promise<{ account: PlannedAccount; layer: LayerSource | undefined }> {
  const account = planAccount(
    step.name,
    step.home,
    await inspector.text("etc/passwd"),
    await inspector.text("etc/group"),
  );
  const entries: TarEntry[] = [];
  // A folder the layer writes into: made where the base lacks it. One that is a link there cannot be written through.
  const folder = async (path: string) => {
    const existing = await inspector.tree.get(path);
    if (existing !== undefined && existing.type !== "directory") throw notPlain(path, baseName);
    const { mode = 0o755, uid = 0, gid = 0 } = existing ?? {};
    // Named in any case: a folder that a layer only implies gets default mode and owner where docker unpacks it.
    entries.push({ type: "directory", path, mode, uid, gid });
  };
  const edit = async (path: string, text: string | undefined) => {
    if (text === undefined) return;
    // Where it is a link, the file it leads to is changed.
    const found = await inspector.tree.resolve(path);
    const place = found?.path ?? path;
    const parent = place.slice(0, Math.max(place.lastIndexOf("/"), 0));
    if (parent !== "" && !entries.some((entry) => entry.path === parent)) await folder(parent);
    const { mode = 0o644, uid = 0, gid = 0 } = found?.entry ?? {};
    entries.push(textFile(place, text, mode, uid, gid));
  };
  if (account.passwd !== undefined) {
    await edit("etc/group", account.group);
    await edit("etc/passwd", account.passwd);
    await folder(step.home.slice(1, step.home.lastIndexOf("/")));
    const home = step.home.slice(1);
    const existing = await inspector.tree.get(home);
    const mode = existing?.type === "directory" ? existing.mode : 0o755;
    entries.push({ type: "directory", path: home, mode, uid: account.uid, gid: account.gid });
  }
  const workdir = step.workdir.slice(1);
  const existing = await inspector.tree.get(workdir);
  if (existing !== undefined && existing.type !== "directory") throw notPlain(workdir, baseName);
  if (existing?.uid !== account.uid || existing.gid !== account.gid || existing.mode !== 0o755)
    entries.push({ type: "directory", path: workdir, mode: 0o755, uid: account.uid, gid: account.gid });
  if (entries.length === 0) return { account, layer: undefined };
  const layer: LayerSource = {
    key: { account: entries.map(describe), recipe: 1 },
    title: `user ${account.name} (${account.uid}:${account.gid}) and ${step.workdir}`,
    entries: () => entries,
  };
  return { account, layer };
}

function notPlain(path: string, baseName: string): ImageSpecError {
  return new ImageSpecError(
    "E_UNSUPPORTED",
    `/${path} of ${baseName} is not a plain folder, which a layer cannot write into`,
    { hint: "Build with docker-buildx or kaniko." },
  );
}

function describe(entry: TarEntry): unknown {
  return entry.type === "file"
    ? { ...entry, content: Buffer.from(entry.content as Uint8Array).toString("utf8") }
    : entry;
}
