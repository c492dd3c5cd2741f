import { ImageSpecError, LOGIN_SHELL_FILE, loginShellText, type UserStep } from "@imagespec/core/builder";
import type { BaseInspector } from "../base/base-inspector.ts";
import { foldersOf } from "../base/folders-of.ts";
import { type PlannedAccount, planAccount } from "../base/planned-account.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { type TarEntry, textFile } from "../layer/tar-entry.ts";

/** The user of the runtime contract over a base. */
export async function imageAccount({ name, home }: UserStep, inspector: BaseInspector): Promise<PlannedAccount> {
  return planAccount(name, home, await inspector.text("etc/passwd"), await inspector.text("etc/group"));
}

/** What the account's layer depends on. */
export interface AccountQuestion {
  step: UserStep;
  account: PlannedAccount;
  inspector: BaseInspector;
  baseName: string;
  /** PATH of the image's config, where it is not the base's. */
  path?: string | undefined;
}

/**
 * The layer that makes the user of the runtime contract: passwd and group with one more line, its home, the working
 * directory with the user as its owner, and the file by which login shells keep PATH. Undefined when the base has all of it already.
 */
export async function accountLayer(question: AccountQuestion): Promise<LayerSource | undefined> {
  const { step, account, inspector, baseName, path: searchPath } = question;
  const entries: TarEntry[] = [];
  // A folder the layer writes into, created where the base lacks it. A layer cannot write through a link in its place.
  const folder = async (path: string) => {
    const existing = await inspector.tree.get(path);
    if (existing !== undefined && existing.type !== "directory") throw notPlain(path, baseName);
    const { mode = 0o755, uid = 0, gid = 0 } = existing ?? {};
    // Named in any case: a folder that a layer only implies gets default mode and owner where docker unpacks it.
    entries.push({ type: "directory", path, mode, uid, gid });
  };
  const edit = async (path: string, text: string | undefined) => {
    if (text === undefined) return;
    // If it is a link, the file it points to is changed.
    const found = await inspector.tree.resolve(path);
    const place = found?.path ?? path;
    const parent = place.slice(0, Math.max(place.lastIndexOf("/"), 0));
    if (parent !== "" && !entries.some((entry) => entry.path === parent)) await folder(parent);
    const { mode = 0o644, uid = 0, gid = 0 } = found?.entry ?? {};
    entries.push(textFile(place, text, mode, { uid, gid }));
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
  if (searchPath !== undefined) {
    for (const path of foldersOf(LOGIN_SHELL_FILE.slice(1)))
      if (!entries.some((entry) => entry.path === path)) await folder(path);
    entries.push(textFile(LOGIN_SHELL_FILE.slice(1), loginShellText(searchPath)));
  }
  const workdir = step.workdir.slice(1);
  const existing = await inspector.tree.get(workdir);
  if (existing !== undefined && existing.type !== "directory") throw notPlain(workdir, baseName);
  if (existing?.uid !== account.uid || existing.gid !== account.gid || existing.mode !== 0o755)
    entries.push({ type: "directory", path: workdir, mode: 0o755, uid: account.uid, gid: account.gid });
  if (entries.length === 0) return undefined;
  return {
    key: { account: entries.map(describe), recipe: 1 },
    title: `user ${account.name} (${account.uid}:${account.gid}) and ${step.workdir}`,
    entries: () => entries,
  };
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
