import { parse } from "smol-toml";
import { expect, it } from "vitest";
import { preferredVersions } from "./preferred-versions.ts";

const packagesOf = (...installed: { name: string; version: string }[]) =>
  (parse(preferredVersions(installed.map((one) => ({ ...one, info: "" })))) as { packages: unknown }).packages;

it("writes every name as it is, whatever a folder of the base is called", () => {
  const installed = ["six", 'a"b', "a\\b", 'x"\n[[packages]]\nname = "y'].map((name) => ({ name, version: "1.16.0" }));
  expect(packagesOf(...installed)).toEqual(installed);
});

it("leaves out what has no version, which no version could be preferred for", () => {
  const six = { name: "six", version: "1.16.0" };
  expect(packagesOf({ name: "demo", version: "" }, six)).toEqual([six]);
});
