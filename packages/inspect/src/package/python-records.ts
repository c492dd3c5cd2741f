import { relativePath } from "../layer/read-layer.ts";
import type { PackageRecords } from "./package-owner.ts";

const RECORD = /^(?:(.*)\/)?([^/]+)-([^/-]+)\.dist-info\/RECORD$/;

/** A wheel's RECORD: the paths of an installed distribution, relative to the folder it is in (packaging.python.org, "Recording installed projects"). */
export const pythonRecords = {
  matches: (path: string) => RECORD.test(path),
  read(path: string, text: string, records: PackageRecords): void {
    const [, folder = "", name = "", version] = RECORD.exec(path) ?? [];
    const rows = text.split("\n").flatMap((line) => {
      const [, quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^,]*)),/.exec(line) ?? [];
      const file = quoted?.replaceAll('""', '"') ?? plain;
      return file === undefined || file === "" ? [] : [file.startsWith("/") ? file : `${folder}/${file}`];
    });
    records.add({ manager: "python", name: name.replaceAll("_", "-").toLowerCase(), version }, rows.map(relativePath));
  },
};
