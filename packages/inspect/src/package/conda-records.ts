import { relativePath } from "../layer/read-layer.ts";
import type { PackageRecords } from "./package-owner.ts";

const RECORD = /^(?:(.*)\/)?conda-meta\/[^/]+\.json$/;

/** Conda's records: a JSON document for each package, with its files relative to the environment. */
export const condaRecords = {
  matches: (path: string) => RECORD.test(path),
  read(path: string, text: string, records: PackageRecords): void {
    const folder = RECORD.exec(path)?.[1] ?? "";
    let document: { name?: unknown; version?: unknown; files?: unknown };
    try {
      document = JSON.parse(text) ?? {};
    } catch {
      // Its files then belong to no package.
      return;
    }
    const { name, version, files } = document;
    if (typeof name !== "string" || !Array.isArray(files)) return;
    const owner = { manager: "conda", name, version: typeof version === "string" ? version : undefined } as const;
    const own = files.filter((file) => typeof file === "string");
    records.add(owner, [path, ...own.map((file) => relativePath(`${folder}/${file}`))]);
  },
};
