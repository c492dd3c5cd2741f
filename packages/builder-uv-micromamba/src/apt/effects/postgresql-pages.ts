import type { Alternative } from "../formats/alternatives.ts";
import type { PackageContents } from "../package/package-contents.ts";
import { handedOn } from "../system/handed-on.ts";

/**
 * The alternative that postgresql-common makes of a version's manual pages: the page `first` is its master, and the
 * package's other pages are its slaves. None where the package has no others.
 *
 * @throws ImageSpecError E_UNSUPPORTED for versions before 10, whose numbers have two parts.
 */
export function postgresqlPages(name: string, first: string, { files }: PackageContents): Alternative[] {
  const version = /-([1-9]\d+)$/.exec(name)?.[1];
  if (version === undefined) throw handedOn(`${name} is of a version of PostgreSQL that is not known here`);
  const pages = files.flatMap(({ path, type }) =>
    type !== "directory" && /\/man\/.*\.[1-9](\.gz)?$/.test(`/${path}`) ? [`/${path}`] : [],
  );
  const alternative = (path: string) => ({
    link: path.replace(`postgresql/${version}/`, ""),
    name: path.slice(path.lastIndexOf("/") + 1),
    path,
  });
  const slaves = pages.filter((path) => !path.endsWith(`/${first}`)).map(alternative);
  if (slaves.length === 0) return [];
  const section = /\.(\d)\./.exec(first)?.[1];
  const leading = alternative(`/usr/share/postgresql/${version}/man/man${section}/${first}`);
  return [{ ...leading, priority: Number(version) * 10, slaves }];
}
