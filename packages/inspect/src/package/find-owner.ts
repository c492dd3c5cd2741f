import type { InstalledPackage, PackageRecords } from "./package-owner.ts";

const BYTECODE = /^(.*\/)__pycache__\/([^/]+?)\.[^/.]+(?:\.opt-\d)?\.pyc$/;
const MANAGED_PYTHON = /^opt\/python\/[a-z]+-(\d+\.\d+\.\d+)[^/]*\//;

/**
 * Says which package a file of a layer belongs to. The layer's own records count before those of the others, of which
 * the highest layer counts.
 */
export class OwnerIndex {
  readonly #all = new Map<string, InstalledPackage>();
  readonly #versions = new Map<string, string>();

  constructor(layers: readonly PackageRecords[]) {
    for (const { owners, versions } of layers) {
      for (const [path, owner] of owners) this.#all.set(path, owner);
      for (const [key, version] of versions) this.#versions.set(key, version);
    }
  }

  find(path: string, own: PackageRecords): InstalledPackage | undefined {
    const found = this.#lookUp(path, own) ?? this.#derived(path, own);
    if (found === undefined || found.version !== undefined) return found;
    const key = `${found.manager}:${found.name}`;
    const version = own.versions.get(key) ?? this.#versions.get(key);
    return version === undefined ? found : { ...found, version };
  }

  #lookUp(path: string, { owners }: PackageRecords): InstalledPackage | undefined {
    const found = owners.get(path) ?? this.#all.get(path);
    // Debian's lists still name /bin, /lib and /sbin, which are links into /usr.
    if (found !== undefined || !path.startsWith("usr/")) return found;
    return owners.get(path.slice(4)) ?? this.#all.get(path.slice(4));
  }

  #derived(path: string, own: PackageRecords): InstalledPackage | undefined {
    const python = MANAGED_PYTHON.exec(path)?.[1];
    if (python !== undefined) return { manager: "python", name: "python", version: python };
    const [, folder, module] = BYTECODE.exec(path) ?? [];
    if (folder !== undefined) return this.#lookUp(`${folder}${module}.py`, own);
    // The folder of a package's own records.
    const list = /^var\/lib\/dpkg\/info\/([^/:]+)(?::[^/.]+)?\.[a-z0-9]+$/.exec(path)?.[1];
    return list === undefined ? undefined : { manager: "apt", name: list };
  }
}
