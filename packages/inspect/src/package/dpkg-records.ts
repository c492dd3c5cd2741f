import { relativePath } from "../layer/read-layer.ts";
import type { PackageRecords } from "./package-owner.ts";
import { textLines } from "./text-lines.ts";

const LIST = /^var\/lib\/dpkg\/info\/([^/:]+)(?::[^/]+)?\.list$/;
const STATUS = /^var\/lib\/dpkg\/(?:status|status\.d\/[^/]+)$/;

/** Debian's records: a list of paths for each package, and one status with the versions (deb-control(5)). */
export const dpkgRecords = {
  matches: (path: string) => LIST.test(path) || (STATUS.test(path) && !path.endsWith(".md5sums")),
  read(path: string, text: string, records: PackageRecords): void {
    const name = LIST.exec(path)?.[1];
    if (name !== undefined) {
      records.add({ manager: "apt", name }, listedPaths(text));
      return;
    }
    for (const stanza of text.split("\n\n")) {
      const name = /^Package: *(\S+)/m.exec(stanza)?.[1];
      const version = /^Version: *(\S+)/m.exec(stanza)?.[1];
      if (name !== undefined && version !== undefined) records.setVersion({ manager: "apt", name }, version);
    }
  },
};

/** `/.` stands for the root itself. */
function* listedPaths(text: string): Generator<string, void, undefined> {
  for (const line of textLines(text)) {
    const path = relativePath(line);
    if (path !== "") yield path;
  }
}
