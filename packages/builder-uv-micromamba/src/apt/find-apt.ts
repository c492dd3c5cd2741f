import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The programs of the host that resolve and unpack Debian packages. */
export interface AptPrograms {
  aptGet: string;
  dpkgDeb: string;
}

/** The host's apt-get and dpkg-deb; undefined where one is missing, as on every host but Debian's kin. */
export function findApt(path = process.env.PATH ?? ""): AptPrograms | undefined {
  const [aptGet, dpkgDeb] = [find("apt-get", path), find("dpkg-deb", path)];
  return aptGet === undefined || dpkgDeb === undefined ? undefined : { aptGet, dpkgDeb };
}

function find(name: string, path: string): string | undefined {
  const files = path.split(delimiter).flatMap((folder) => (folder === "" ? [] : [join(folder, name)]));
  return files.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
