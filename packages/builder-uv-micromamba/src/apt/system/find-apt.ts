import { onPath } from "../../session/on-path.ts";

/** The programs of the host that resolve and unpack Debian packages. */
export interface AptPrograms {
  aptGet: string;
  dpkgDeb: string;
}

/** The host's apt-get and dpkg-deb; undefined where one is missing, as on every host but Debian's kin. */
export function findApt(): AptPrograms | undefined {
  const [aptGet, dpkgDeb] = [onPath("apt-get"), onPath("dpkg-deb")];
  return aptGet === undefined || dpkgDeb === undefined ? undefined : { aptGet, dpkgDeb };
}
