import { LAYER_CAPS } from "../layer/read-layer.ts";

/** What installed a package. */
export type PackageManager = "apt" | "apk" | "python" | "conda";

/** An installed package, as its manager's own records in the image name it. */
export interface InstalledPackage {
  manager: PackageManager;
  name: string;
  version?: string | undefined;
}

/**
 * Which package each path belongs to, as one layer says. Beyond `most` paths, as many as a layer has files, none is
 * kept.
 */
export class PackageRecords {
  readonly owners = new Map<string, InstalledPackage>();
  /** By manager and name: where versions stand apart from the lists of files. */
  readonly versions = new Map<string, string>();
  readonly #most: number;

  constructor(most = LAYER_CAPS.entries) {
    this.#most = most;
  }

  add(owner: InstalledPackage, paths: Iterable<string>): void {
    for (const path of paths) {
      if (this.owners.size >= this.#most) return;
      this.owners.set(path, owner);
    }
  }

  setVersion({ manager, name }: InstalledPackage, version: string): void {
    this.versions.set(`${manager}:${name}`, version);
  }
}
