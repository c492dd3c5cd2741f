import { expect, it } from "vitest";
import type { PackageFile } from "../package/package-contents.ts";
import { postgresqlPages } from "./postgresql-pages.ts";

const file = (path: string, type: PackageFile["type"] = "file"): PackageFile => ({
  ...{ path, type, mode: 0o644, uid: 0, gid: 0, size: 1 },
  owner: ["root", "root"],
});
const holding = (...files: PackageFile[]) => ({ control: "", info: [], files });

it("has the pages of a version follow the leading one, by the version's tenfold", () => {
  const man = "usr/share/postgresql/15/man";
  const contents = holding(
    file(`${man}/man1`, "directory"),
    file(`${man}/man1/psql.1.gz`),
    file(`${man}/man7/ABORT.7.gz`, "symlink"),
    file("usr/lib/postgresql/15/bin/psql"),
  );
  expect(postgresqlPages("postgresql-client-15", "psql.1.gz", contents)).toEqual([
    {
      link: "/usr/share/man/man1/psql.1.gz",
      name: "psql.1.gz",
      path: `/${man}/man1/psql.1.gz`,
      priority: 150,
      slaves: [{ link: "/usr/share/man/man7/ABORT.7.gz", name: "ABORT.7.gz", path: `/${man}/man7/ABORT.7.gz` }],
    },
  ]);
  expect(postgresqlPages("postgresql-client-15", "psql.1.gz", holding())).toEqual([]);
  expect(() => postgresqlPages("postgresql-client-9.6", "psql.1.gz", contents)).toThrow(
    "postgresql-client-9.6 is of a version of PostgreSQL that is not known here",
  );
});
