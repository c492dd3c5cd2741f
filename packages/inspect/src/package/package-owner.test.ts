import { expect, it } from "vitest";
import { PackageRecords } from "./package-owner.ts";
import { pythonRecords } from "./python-records.ts";

it("keeps so many paths and no more, whatever the records list", () => {
  const records = new PackageRecords(3);
  pythonRecords.read("site/a-1.dist-info/RECORD", "a.py,,\nb.py,,\n", records);
  pythonRecords.read("site/b-1.dist-info/RECORD", "c.py,,\nd.py,,\ne.py,,\n", records);
  expect([...records.owners.keys()]).toEqual(["site/a.py", "site/b.py", "site/c.py"]);
});
