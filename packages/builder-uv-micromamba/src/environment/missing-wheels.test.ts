import { expect, it } from "vitest";
import { missingWheels } from "./missing-wheels.ts";

const installed = (name: string, version: string) => ({ name, version, info: `${name}-${version}.dist-info` });

it("tells what an environment lacks, and what it holds in another version", () => {
  const there = [installed("six", "1.16.0"), installed("Flask_Login", "0.6"), installed("rich", "13.0")];
  const wheels = [
    { name: "six", version: "1.17.0" },
    { name: "flask-login", version: "0.6" },
    { name: "numpy", version: "2.0" },
  ];
  expect(missingWheels(wheels, there)).toEqual({ missing: [wheels[0], wheels[2]], outdated: [there[0]] });
});

it.each([
  ["2023.03", "2023.3", true],
  ["1.0", "1.0.0", true],
  ["1.0.post1", "1.0-1", true],
  ["1.0.RC1", "1.0rc1", true],
  ["2.1+cpu", "2.1", false],
  ["1.0", "1.0.1", false],
])("takes %s for %s: %s", (one, other, same) => {
  const found = missingWheels([{ name: "a", version: other }], [installed("a", one)]);
  expect(found.outdated).toHaveLength(same ? 0 : 1);
  expect(found.missing).toHaveLength(same ? 0 : 1);
});

it("leaves to uv what an environment holds twice, under whatever spelling and of whatever version", () => {
  const twice = [installed("a", "1.0"), { name: "A", version: "", info: "A.egg-link" }];
  for (const version of ["1.0", "2.0"])
    expect(() => missingWheels([{ name: "a", version }], twice)).toThrow(
      expect.objectContaining({
        code: "E_UNSUPPORTED",
        message: expect.stringMatching(/a-1\.0\.dist-info.*A\.egg-link/),
      }),
    );
  expect(missingWheels([{ name: "b", version: "1" }], twice).outdated).toEqual([]);
});

const origin = (url: string) => JSON.stringify({ url, archive_info: {} });

it.each([
  { asked: undefined, there: undefined, isSynced: true, isAnew: false, why: "both of an index" },
  { asked: undefined, there: origin("https://h/a"), isSynced: false, isAnew: false, why: "uv pip takes any origin" },
  { asked: undefined, there: origin("https://h/a"), isSynced: true, isAnew: true, why: "uv sync does not" },
  { asked: origin("https://h/a"), there: undefined, isSynced: false, isAnew: true, why: "of an index" },
  { asked: origin("https://h/a"), there: origin("https://h/a"), isSynced: true, isAnew: false, why: "of the address" },
])("installs what is there in this version anew: $isAnew ($why)", ({ asked, there, isSynced, isAnew }) => {
  const wheel = { name: "a", version: "1.0", notes: asked === undefined ? {} : { "direct_url.json": asked } };
  const held = { ...installed("a", "1.0"), origin: there };
  const answer = missingWheels([wheel], [held], isSynced);
  expect(answer).toEqual(isAnew ? { missing: [wheel], outdated: [held] } : { missing: [], outdated: [] });
});

it("leaves to uv what comes from another address, and always installs projects anew", () => {
  const held = { ...installed("a", "1.0"), origin: origin("https://h/a") };
  const wheel = { name: "a", version: "1.0", notes: { "direct_url.json": origin("https://h/b") } };
  expect(() => missingWheels([wheel], [held])).toThrow(expect.objectContaining({ code: "E_UNSUPPORTED" }));
  for (const there of [held, installed("a", "1.0")])
    expect(missingWheels([{ name: "a", version: "1.0", isProject: true }], [there]).outdated).toEqual([there]);
});
