import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** The programs of the host that resolve and unpack Debian packages. */
export interface AptPrograms {
  aptGet: string;
  dpkgDeb: string;
}

/** The host's apt-get and dpkg-deb; undefined where one is missing, as on every host but Debian's kin. */
export async function findApt(path = process.env.PATH ?? ""): Promise<AptPrograms | undefined> {
  const [aptGet, dpkgDeb] = await Promise.all([find("apt-get", path), find("dpkg-deb", path)]);
  return aptGet === undefined || dpkgDeb === undefined ? undefined : { aptGet, dpkgDeb };
}

async function find(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    if (folder === "") continue;
    const file = join(folder, name);
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return file;
  }
  return undefined;
}
