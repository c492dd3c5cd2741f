import { expect, it } from "vitest";
import { aptIndexTitle, recordedAptIndexes } from "./apt-index.ts";

const index = (name: string, digit: string) => ({
  index: `deb.example.org/debian/dists/${name}/InRelease`,
  date: "Sat, 06 Sep 2025 09:14:13 UTC",
  sha256: digit.repeat(64),
});

it("reads the indexes from a history that they are written into, in our lines alone", () => {
  const indexes = [index("bookworm", "a"), index("bookworm-updates", "b")];
  const line = { created_by: `imagespec: ${aptIndexTitle(indexes)}`, comment: "imagespec" };
  expect(recordedAptIndexes({ history: [{ created_by: "imagespec: Debian packages: git 1" }, line] })).toEqual(indexes);
  expect(recordedAptIndexes({ history: [{ ...line, comment: "buildkit.dockerfile.v0" }] })).toEqual([]);
  expect(recordedAptIndexes({})).toEqual([]);
});
