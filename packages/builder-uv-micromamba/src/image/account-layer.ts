import { LOGIN_SHELL_FILE, loginShellText, type UserStep } from "@imagespec/core/builder";
import type { BaseInspector } from "../base/base-inspector.ts";
import { foldersOf } from "../base/folders-of.ts";
import { plainFolder } from "../base/plain-folder.ts";
import { type PlannedAccount, planAccount } from "../base/planned-account.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { type TarEntry, textFile } from "../layer/tar-entry.ts";

/** The account that the runtime contract asks for, over a base. */
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
 * directory with the user as its owner, and the file by which login shells keep PATH. Undefined when the base has all
 * of it already.
 */
export async function accountLayer(question: AccountQuestion): Promise<LayerSource | undefined> {
  const { step, account, inspector, baseName, path: searchPath } = question;
  const entries: TarEntry[] = [];
  // The folders that lead to a path, created where the base lacks them. A layer cannot write through a link in their
  // place.
  const folders = async (path: string) => {
    for (const folder of foldersOf(path)) {
      if (entries.some((entry) => entry.path === folder)) continue;
      const { mode = 0o755, uid = 0, gid = 0 } = (await plainFolder(folder, inspector.tree, baseName)) ?? {};
      // The layer names them even if the base has them: docker gives a folder that is only implied another mode and
      // owner.
      entries.push({ type: "directory", path: folder, mode, uid, gid });
    }
  };
  const edit = async (path: string, text: string | undefined) => {
    if (text === undefined) return;
    // If it is a link, the file it points to is changed.
    const found = await inspector.tree.resolve(path);
    const place = found?.path ?? path;
    await folders(place);
    const { mode = 0o644, uid = 0, gid = 0 } = found?.entry ?? {};
    entries.push(textFile(place, text, mode, { uid, gid }));
  };
  if (account.passwd !== undefined) {
    await edit("etc/group", account.group);
    await edit("etc/passwd", account.passwd);
    const home = step.home.slice(1);
    await folders(home);
    const { mode = 0o755 } = (await plainFolder(home, inspector.tree, baseName)) ?? {};
    entries.push({ type: "directory", path: home, mode, uid: account.uid, gid: account.gid });
  }
  if (searchPath !== undefined) {
    const file = LOGIN_SHELL_FILE.slice(1);
    await folders(file);
    entries.push(textFile(file, loginShellText(searchPath)));
  }
  const workdir = step.workdir.slice(1);
  const existing = await plainFolder(workdir, inspector.tree, baseName);
  if (existing?.uid !== account.uid || existing.gid !== account.gid || existing.mode !== 0o755)
    entries.push({ type: "directory", path: workdir, mode: 0o755, uid: account.uid, gid: account.gid });
  if (entries.length === 0) return undefined;
  return {
    key: { account: entries.map(describe), recipe: 1 },
    title: `user ${account.name} (${account.uid}:${account.gid}) and ${step.workdir}`,
    entries: () => entries,
  };
}

function describe(entry: TarEntry): unknown {
  return entry.type === "file"
    ? { ...entry, content: Buffer.from(entry.content as Uint8Array).toString("utf8") }
    : entry;
}
