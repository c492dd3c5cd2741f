import { parse } from "smol-toml";
import { expect, it } from "vitest";
import { distributionOf } from "../base/installed-distribution.ts";
import { preferredVersions } from "./preferred-versions.ts";

it("writes every name as it is, whatever a folder of the base is called", () => {
  const folders = ["six-1.16.0", 'a"b-1', "a\\b-1", 'x"\n[[packages]]\nname = "y-1'];
  const installed = folders.flatMap((folder) => distributionOf(`${folder}.dist-info`));
  expect(parse(preferredVersions(installed))).toEqual({
    "lock-version": "1.0",
    "created-by": "imagespec",
    packages: installed.map(({ name, version }) => ({ name, version })),
  });
  expect(installed).toHaveLength(folders.length);
});
