import { relativePath } from "../layer/read-layer.ts";
import type { PackageRecords } from "./package-owner.ts";
import { textLines } from "./text-lines.ts";

const RECORD = /^(?:(.*)\/)?([^/]+)-([^/-]+)\.dist-info\/RECORD$/;

/**
 * A wheel's RECORD: the paths of an installed distribution, relative to the folder it is in (packaging.python.org,
 * "Recording installed projects").
 */
export const pythonRecords = {
  matches: (path: string) => RECORD.test(path),
  read(path: string, text: string, records: PackageRecords): void {
    const [, folder = "", name = "", version] = RECORD.exec(path) ?? [];
    const owner = { manager: "python", name: name.replaceAll("_", "-").toLowerCase(), version } as const;
    records.add(owner, recordedPaths(text, folder));
  },
};

function* recordedPaths(text: string, folder: string): Generator<string, void, undefined> {
  for (const line of textLines(text)) {
    const [, quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^,]*)),/.exec(line) ?? [];
    const file = quoted?.replaceAll('""', '"') ?? plain;
    if (file !== undefined && file !== "") yield relativePath(file.startsWith("/") ? file : `${folder}/${file}`);
  }
}
