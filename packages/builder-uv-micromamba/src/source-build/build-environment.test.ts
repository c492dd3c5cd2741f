import { expect, it } from "vitest";
import { placesOf } from "./build-environment.ts";

it("keeps of pipExtraArgs what says where packages are looked for, with values of either form", () => {
  expect(
    placesOf([
      ...["--pre", "--exclude-newer", "2024-01-01", "--find-links=https://a.test/x", "--resolution", "lowest"],
      ...["--no-index", "-i", "https://b.test/simple", "--index-strategy=first-index", "--no-deps"],
    ]),
  ).toEqual([
    ...["--exclude-newer", "2024-01-01", "--find-links=https://a.test/x"],
    ...["--no-index", "-i", "https://b.test/simple", "--index-strategy=first-index"],
  ]);
});
