import type { InstalledPackage, PackageRecords } from "./package-owner.ts";

/** Alpine's records: one file with a paragraph for each package (apk-installed: P, V, F for folders, R for files). */
export const apkRecords = {
  matches: (path: string) => path === "lib/apk/db/installed" || path === "usr/lib/apk/db/installed",
  read(_path: string, text: string, records: PackageRecords): void {
    for (const paragraph of text.split("\n\n")) {
      const lines = paragraph.split("\n").map((line) => [line.slice(0, 2), line.slice(2)] as const);
      const field = (key: string) => lines.find(([found]) => found === key)?.[1];
      const name = field("P:");
      if (name === undefined) continue;
      const owner: InstalledPackage = { manager: "apk", name, version: field("V:") };
      let folder = "";
      for (const [key, value] of lines) {
        if (key === "F:") folder = value;
        else if (key === "R:") records.add(owner, [folder === "" ? value : `${folder}/${value}`]);
      }
    }
  },
};
