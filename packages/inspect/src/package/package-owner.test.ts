import { expect, it } from "vitest";
import { apkRecords } from "./apk-records.ts";
import { dpkgRecords } from "./dpkg-records.ts";
import { PackageRecords } from "./package-owner.ts";
import { pythonRecords } from "./python-records.ts";

it("keeps so many paths and no more, whatever the records list", () => {
  const records = new PackageRecords(3);
  pythonRecords.read("site/a-1.dist-info/RECORD", "a.py,,\nb.py,,\n", records);
  pythonRecords.read("site/b-1.dist-info/RECORD", "c.py,,\nd.py,,\ne.py,,\n", records);
  expect([...records.owners.keys()]).toEqual(["site/a.py", "site/b.py", "site/c.py"]);
});

it("reads a list no further than it keeps paths of it", () => {
  let read = 0;
  const endless = function* () {
    for (;;) yield `file-${read++}`;
  };
  new PackageRecords(3).add({ manager: "apt", name: "a" }, endless());
  expect(read).toBe(4);
});

it("reads the records of every manager line by line", () => {
  const records = new PackageRecords();
  pythonRecords.read("site/a_b-1.dist-info/RECORD", 'a.py,sha256=x,1\r\n"q,""r"".py",,\n../bin/a,,\n\n/abs,,', records);
  dpkgRecords.read("var/lib/dpkg/info/libc6:amd64.list", "/.\n/usr\n/usr/lib/libc.so\n", records);
  apkRecords.read(
    "lib/apk/db/installed",
    "C:Q1\nP:musl\nV:1.2\nF:lib\nR:ld.so\nF:\nR:root\n\nP:none\n\nR:nobodys\nP:zlib\nV:1\nF:usr/lib\nR:libz.so\n",
    records,
  );
  const found = [...records.owners].map(([path, { name, version = "" }]) => `${path} ${name} ${version}`.trim());
  expect(found).toEqual([
    "site/a.py a-b 1",
    'site/q,"r".py a-b 1',
    "bin/a a-b 1",
    "abs a-b 1",
    "usr libc6",
    "usr/lib/libc.so libc6",
    "lib/ld.so musl 1.2",
    "root musl 1.2",
    "usr/lib/libz.so zlib 1",
  ]);
});
