import { activateScript } from "@imagespec/core/builder";
import type { LayerSource } from "../layer/layer-source.ts";
import { addParentFolders } from "../layer/parent-folders.ts";
import { type TarEntry, textFile } from "../layer/tar-entry.ts";

export interface Venv {
  /** Absolute: `/opt/venv`. */
  prefix: string;
  /** Absolute path of the interpreter it is made over. */
  python: string;
  /** `3.11` */
  minor: string;
  /** `3.11.2`, or the minor where no more is known. */
  version: string;
  systemSitePackages: boolean;
}

/** A virtual environment without packages (PEP 405), as Dockerfile builders leave it. */
export function venvLayer(venv: Venv): LayerSource {
  return {
    key: { venv, recipe: 2 },
    title: `virtual environment ${venv.prefix} over ${venv.python}`,
    entries: () => addParentFolders(venvEntries(venv), venv.prefix.slice(1)),
  };
}

function venvEntries(venv: Venv): TarEntry[] {
  const prefix = venv.prefix.slice(1);
  const link = (path: string, to: string): TarEntry => ({
    type: "symlink",
    path: `${prefix}/${path}`,
    link: to,
    uid: 0,
    gid: 0,
  });
  const config = [
    `home = ${venv.python.slice(0, venv.python.lastIndexOf("/")) || "/"}`,
    "implementation = CPython",
    `version_info = ${venv.version}`,
    `include-system-site-packages = ${venv.systemSitePackages}`,
  ];
  return [
    link("bin/python", venv.python),
    link("bin/python3", "python"),
    link(`bin/python${venv.minor}`, "python"),
    textFile(
      `${prefix}/bin/activate`,
      activateScript(venv.prefix)
        .map((line) => `${line}\n`)
        .join(""),
    ),
    { type: "directory", path: `${prefix}/lib/python${venv.minor}/site-packages`, mode: 0o755, uid: 0, gid: 0 },
    link("lib64", "lib"),
    textFile(`${prefix}/pyvenv.cfg`, `${config.join("\n")}\n`),
  ];
}
