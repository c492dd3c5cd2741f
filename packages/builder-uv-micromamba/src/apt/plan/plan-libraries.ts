import type { LayerEntry } from "../../base/scan-layer.ts";
import { isLibraryName } from "../formats/elf-soname.ts";
import { addToLibraryCache, type CachedLibrary, compareLibraries, readLibraryCache } from "../formats/library-cache.ts";
import { handedOn } from "../system/handed-on.ts";
import type { FilePlan, PlannedFile } from "./file-plan.ts";

/** Plans what ldconfig(8) does about new libraries: entries in the linker's cache, and links by their sonames. */
export async function planLibraries(plan: FilePlan, architecture: string): Promise<void> {
  const folders = await libraryFolders(plan);
  const byFolder = new Map<string, [name: string, file: PlannedFile][]>();
  for (const [path, file] of plan.planned) {
    const slash = path.lastIndexOf("/");
    const [folder, name] = [path.slice(0, Math.max(slash, 0)), path.slice(slash + 1)];
    if (/^(usr\/)?lib\/.*\/glibc-hwcaps\//.test(path)) throw handedOn(`/${path} is for some processors alone`);
    if (!folders.has(folder) || !isLibraryName(name) || (file.type !== "file" && file.type !== "symlink")) continue;
    const here = byFolder.get(folder);
    if (here === undefined) byFolder.set(folder, [[name, file]]);
    else here.push([name, file]);
  }
  if (byFolder.size === 0) return;
  const cache = plan.system.file("etc/ld.so.cache");
  if (cache === undefined) throw handedOn("The base image has no /etc/ld.so.cache, which libraries are added to");
  const known = readLibraryCache(cache, architecture);
  const ofBase = new Map<string, string>();
  for (const { name, path } of known) {
    const real = (await plan.resolve(path))?.path;
    if (real !== undefined && !(ofBase.has(real) && name.endsWith(".so"))) ofBase.set(real, name);
  }
  const added: CachedLibrary[] = [];
  for (const [folder, shown] of folders) {
    const found = new Map<string, { name: string; isLink: boolean }>();
    for (const [name, file] of byFolder.get(folder) ?? []) {
      const soname = await sonameOf(`${folder}/${name}`, plan, ofBase);
      if (soname === undefined) continue;
      // A link such as libx.so, for the linker at build time, is listed under its own name.
      const isLink = file.type === "symlink" && (name === soname || (name.endsWith(".so") && soname.startsWith(name)));
      const shared = isLink ? name : soname;
      const before = found.get(shared);
      const replaces =
        before === undefined ||
        (!isLink && before.isLink) ||
        (isLink === before.isLink && compareLibraries(before.name, name) < 0);
      if (replaces) found.set(shared, { name, isLink });
    }
    for (const [soname, { name, isLink }] of found) {
      added.push({ name: soname, path: `${shown}/${soname}` });
      if (!isLink && name !== soname && (await plan.get(`${folder}/${soname}`)) === undefined)
        await plan.link(`${folder}/${soname}`, name);
    }
  }
  const present = new Set(known.map(({ path }) => path));
  const fresh = added.filter(({ path }) => !present.has(path));
  await plan.write("etc/ld.so.cache", addToLibraryCache(cache, fresh, architecture));
}

/** The name by which a library is loaded: its soname, else its file's name; undefined for what is not a library. */
async function sonameOf(
  path: string,
  plan: FilePlan,
  ofBase: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  const found = await plan.resolve(path);
  if (found === undefined) return undefined;
  const { library } = found.entry as PlannedFile & LayerEntry;
  if (library !== undefined) return library.soname ?? path.slice(path.lastIndexOf("/") + 1);
  return plan.planned.has(found.path) ? undefined : ofBase.get(found.path);
}

/** The folders that ldconfig searches: by their path with links resolved, the path that its cache names. */
async function libraryFolders(plan: FilePlan): Promise<Map<string, string>> {
  for (const path of plan.planned.keys())
    if (path.startsWith("etc/ld.so.conf")) throw handedOn(`/${path} changes where libraries are looked for`);
  const lines = plan.system.text("etc/ld.so.conf").split("\n");
  const named = lines.flatMap((line) => {
    if (line.trim() === "include /etc/ld.so.conf.d/*.conf")
      return plan.system
        .below("etc/ld.so.conf.d")
        .flatMap(({ path, text }) => (path.endsWith(".conf") ? text.split("\n") : []));
    return [line];
  });
  const folders = named.map((line) => line.replace(/#.*/, "").trim()).filter((line) => line !== "");
  if (folders.some((folder) => !folder.startsWith("/")))
    throw handedOn("/etc/ld.so.conf of the base image cannot be read");
  const found = new Map<string, string>();
  for (const folder of [...folders, "/lib", "/usr/lib"]) {
    const real = await plan.folder(folder.slice(1));
    if (!found.has(real)) found.set(real, folder);
  }
  return found;
}
