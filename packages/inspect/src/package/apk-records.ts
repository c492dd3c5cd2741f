import type { InstalledPackage, PackageRecords } from "./package-owner.ts";
import { textLines } from "./text-lines.ts";

/** Alpine's records: one file with a paragraph for each package (apk-installed: P, V, F for folders, R for files). */
export const apkRecords = {
  matches: (path: string) => path === "lib/apk/db/installed" || path === "usr/lib/apk/db/installed",
  read(_path: string, text: string, records: PackageRecords): void {
    let owner: InstalledPackage | undefined;
    let folder = "";
    for (const line of textLines(text)) {
      const value = line.slice(2);
      if (line === "") owner = undefined;
      else if (line.startsWith("P:")) {
        owner = { manager: "apk", name: value };
        folder = "";
      } else if (owner === undefined) continue;
      else if (line.startsWith("V:")) owner.version = value;
      else if (line.startsWith("F:")) folder = value;
      else if (line.startsWith("R:")) records.add(owner, [folder === "" ? value : `${folder}/${value}`]);
    }
  },
};
