import { existsSync } from "node:fs";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { execa } from "execa";
import type { PackagedFile, PackageSpec } from "./make-package.ts";

const LEFT_OUT = new Set([
  "__pycache__",
  "test",
  "tests",
  "site-packages",
  "dist-packages",
  "idlelib",
  "ensurepip",
  "tkinter",
  "lib2to3",
]);

type Facts = [version: string, prefix: string, library: string, executable: string, shared: string, folder: string];

/**
 * A conda package of the CPython at hand: interpreter, standard library and the shared library where it has one. The
 * prefix it was built for stands in its binaries (run paths) and texts, and is the package's placeholder.
 */
export async function realPython(): Promise<PackageSpec> {
  const asked =
    "import sys,sysconfig,json;print(json.dumps([sys.version.split()[0],sys.base_prefix,sysconfig.get_path('stdlib'),sys.executable,sysconfig.get_config_var('INSTSONAME'),sysconfig.get_config_var('LIBDIR')]))";
  const { stdout } = await execa("python3", ["-c", asked]);
  const [version, prefix, library, executable, shared, folder] = JSON.parse(stdout) as Facts;
  const minor = version.split(".").slice(0, 2).join(".");
  const program = join(prefix, "bin", `python${minor}`);
  const files: PackagedFile[] = [
    { path: `bin/python${minor}`, mode: 0o755, content: await readFile(program).catch(() => readFile(executable)) },
    { path: "bin/python3", link: `python${minor}` },
    { path: "bin/python", link: `python${minor}` },
  ];
  // Debian's interpreter names a library that it holds itself, and that may not be there.
  const found = [join(prefix, "lib"), folder].map((place) => join(place, shared)).find(existsSync);
  if (found !== undefined && shared.includes(".so"))
    files.push({ path: `lib/${basename(shared)}`, content: await readFile(found), mode: 0o755 });
  await tree(library, `lib/python${minor}`, files);
  for (const file of files) markPlaceholder(file, prefix);
  return { name: "python", version, format: "conda", depends: ["__glibc >=2.17"], files };
}

// Debian's own /usr stands in many texts for other reasons, and its interpreter needs no run path.
function markPlaceholder(file: PackagedFile, prefix: string): void {
  if (prefix === "/usr" || !(file.content instanceof Buffer) || !file.content.includes(prefix)) return;
  file.placeholder = { text: prefix, mode: file.content.includes(0) ? "binary" : "text" };
}

async function tree(folder: string, path: string, files: PackagedFile[]): Promise<void> {
  for (const name of (await readdir(folder)).sort()) {
    if (LEFT_OUT.has(name) || name.endsWith(".a") || name.startsWith("config-")) continue;
    const from = join(folder, name);
    const stat = await lstat(from);
    if (stat.isDirectory()) await tree(from, `${path}/${name}`, files);
    else if (stat.isSymbolicLink()) files.push({ path: `${path}/${name}`, link: await readlink(from) });
    else
      files.push({ path: `${path}/${name}`, content: await readFile(from), mode: stat.mode & 0o111 ? 0o755 : 0o644 });
  }
}
