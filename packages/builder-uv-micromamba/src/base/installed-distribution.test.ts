import { expect, it } from "vitest";
import { distributionOf } from "./installed-distribution.ts";

it.each([
  ["demo-1.0.dist-info", "demo", "1.0"],
  ["Demo_Pack-1!2.0+local.1.dist-info", "Demo_Pack", "1!2.0+local.1"],
  ["PyYAML-6.0.egg-info", "PyYAML", "6.0"],
  ["PyYAML-6.0-py3.11.egg-info", "PyYAML", "6.0"],
  ["PyYAML-6.0-py3.11-linux-x86_64.egg-info", "PyYAML", "6.0"],
  ["demo.egg-info", "demo", ""],
  ["demo.egg-link", "demo", ""],
])("reads %s as %s %s", (info, name, version) => {
  expect(distributionOf(info)).toEqual([{ name, version, info }]);
});

it.each([
  "demo",
  "demo.py",
  "demo-1.0",
  "~emo-1.0.dist-info",
  "-1.0.dist-info",
  "~emo.egg-info",
  ".egg-info",
  "demo-new.dist-info",
  'demo-1"x.dist-info',
])("takes %s for no distribution, as uv does", (name) => {
  expect(distributionOf(name)).toEqual([]);
});
