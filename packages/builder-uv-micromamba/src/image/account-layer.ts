import { ImageSpecError, type UserStep } from "@imagespec/core/builder";
import type { BaseFacts } from "../base/base-facts.ts";
import { type PlannedAccount, planAccount } from "../base/users.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { type TarEntry, textFile } from "../layer/tar-entry.ts";

/**
 * The user of the runtime contract over a base, and the layer that makes it: passwd and group with a line more, its
 * home, and the working directory in its hands. Undefined layer when the base has all of it so already.
 */
export async function accountLayer(
  step: UserStep,
  facts: BaseFacts,
  baseName: string,
): Promise<{ account: PlannedAccount; layer: LayerSource | undefined }> {
  const account = planAccount(step.name, step.home, await facts.text("etc/passwd"), await facts.text("etc/group"));
  const entries: TarEntry[] = [];
  const edit = async (path: string, text: string | undefined) => {
    if (text === undefined) return;
    const { entry } = (await facts.tree.resolve(path)) ?? {};
    entries.push(textFile(path, text, entry?.mode ?? 0o644, entry?.uid ?? 0, entry?.gid ?? 0));
  };
  if (account.passwd !== undefined) {
    await folder(facts, "etc", entries, baseName);
    await edit("etc/group", account.group);
    await edit("etc/passwd", account.passwd);
    await folder(facts, step.home.slice(1, step.home.lastIndexOf("/")), entries, baseName);
    const home = step.home.slice(1);
    const there = await facts.tree.get(home);
    const mode = there?.type === "directory" ? there.mode : 0o755;
    entries.push({ type: "directory", path: home, mode, uid: account.uid, gid: account.gid });
  }
  const workdir = step.workdir.slice(1);
  const there = await facts.tree.get(workdir);
  if (there !== undefined && there.type !== "directory") throw linked(workdir, baseName);
  if (there === undefined || there.uid !== account.uid || there.gid !== account.gid || there.mode !== 0o755)
    entries.push({ type: "directory", path: workdir, mode: 0o755, uid: account.uid, gid: account.gid });
  if (entries.length === 0) return { account, layer: undefined };
  const layer: LayerSource = {
    key: { account: entries.map(describe), recipe: 1 },
    title: `user ${account.name} (${account.uid}:${account.gid}) and ${step.workdir}`,
    entries: () => entries,
  };
  return { account, layer };
}

/** A folder the layer writes into: made where the base lacks it. One that is a link there cannot be written through. */
async function folder(facts: BaseFacts, path: string, entries: TarEntry[], baseName: string): Promise<void> {
  const there = await facts.tree.get(path);
  if (there !== undefined && there.type !== "directory") throw linked(path, baseName);
  const { mode = 0o755, uid = 0, gid = 0 } = there ?? {};
  // Named in any case: a folder that a layer only implies gets default mode and owner where docker unpacks it.
  entries.push({ type: "directory", path, mode, uid, gid });
}

function linked(path: string, baseName: string): ImageSpecError {
  return new ImageSpecError(
    "E_UNSUPPORTED",
    `/${path} of ${baseName} is not a plain folder, which a layer cannot write into`,
    {
      hint: "build with docker-buildx or kaniko",
    },
  );
}

function describe(entry: TarEntry): unknown {
  return entry.type === "file"
    ? { ...entry, content: Buffer.from(entry.content as Uint8Array).toString("utf8") }
    : entry;
}
