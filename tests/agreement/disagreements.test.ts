import { describe, expect, test } from "vitest";
import type { Made } from "./build-everywhere.ts";
import type { BuiltImage } from "./built-image.ts";
import { ALLOWED_DIFFERENCES } from "./differences.ts";
import { disagreements, Tally } from "./disagreements.ts";
import type { InventoryEntry } from "./inventory.ts";

const FILE: InventoryEntry = { type: "file", mode: 0o644, uid: 1000, gid: 1000, content: "sha256:1" };

function image(entry: InventoryEntry | undefined = FILE, more: Partial<BuiltImage> = {}): BuiltImage {
  const inventory = new Map(entry === undefined ? [] : [["root/x", entry]]);
  return {
    inventory,
    config: new Map([["User", '"flytekit"']]),
    distributions: ["a==1"],
    pythons: ["3.11.2"],
    ...more,
  };
}

const made = (builder: string, built: BuiltImage, tag = "t"): Made => ({
  builder,
  kind: "image",
  warnings: [],
  image: built,
  tag,
});
const refused = (builder: string, code: string): Made => ({ builder, kind: "error", code, message: "because" });

describe("builders disagree", () => {
  test.each<[string, BuiltImage]>([
    ["presence", image(undefined, { inventory: new Map() })],
    ["type", image({ ...FILE, type: "directory" })],
    ["mode", image({ ...FILE, mode: 0o600 })],
    ["owner", image({ ...FILE, gid: 0 })],
    ["link", image({ ...FILE, link: "x" })],
    ["content", image({ ...FILE, content: "sha256:2" })],
    ["content", image(FILE, { config: new Map([["User", '"root"']]) })],
    ["presence", image(FILE, { config: new Map() })],
    ["content", image(FILE, { distributions: ["a==2"] })],
  ])("in %s of a path, a field or the distributions", (aspect, other) => {
    const found = disagreements([made("one", image()), made("two", other)], new Tally());
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`(${aspect})`);
    expect(found[0]).toMatch(/one: .*\n {2}two: /);
  });

  test("when tags, ends or codes differ, or only one takes the spec", () => {
    const tally = new Tally();
    expect(disagreements([made("one", image()), made("two", image(), "u")], tally)[0]).toContain("tags differ");
    expect(disagreements([made("one", image()), refused("two", "E_BUILD")], tally)[0]).toContain("different ends");
    expect(disagreements([refused("one", "E_SPEC"), refused("two", "E_BUILD")], tally)[0]).toContain("different ends");
    expect(disagreements([made("one", image()), refused("two", "E_UNSUPPORTED")], tally)[0]).toContain("only one");
  });
});

test("builders agree: the same images, the same codes, and what the table allows", () => {
  const tally = new Tally();
  const labelled = (name: string) => image(FILE, { config: new Map([["Labels dev.imagespec.builder", name]]) });
  expect(disagreements([made("one", image()), made("two", image()), refused("three", "E_UNSUPPORTED")], tally)).toEqual(
    [],
  );
  expect(disagreements([refused("one", "E_SPEC"), refused("two", "E_SPEC")], tally)).toEqual([]);
  expect(tally.needed.size).toBe(0);
  expect(disagreements([made("one", labelled("one")), made("two", labelled("two"))], tally)).toEqual([]);
  expect([...tally.needed].map(({ pattern }) => pattern)).toEqual(["Labels dev.imagespec.builder"]);
  expect(disagreements([refused("one", "E_DIGEST_MISMATCH"), refused("two", "E_RESOLVE")], new Tally())).toEqual([]);
  expect(`${tally}`).toBe("3 specs, 4 images, 4 files compared, 2 specs with all bytecode, 1 refusals");
});

test("bytecode counts whole where one Python compiled it, and by its head alone where two did", () => {
  const compiled = (bytecode: string, ...pythons: string[]) => image({ ...FILE, bytecode }, { pythons });
  const compare = (...pythons: string[]) =>
    disagreements([made("one", compiled("1", "3.11.2")), made("two", compiled("2", ...pythons))], new Tally());
  expect(compare("3.11.2")[0]).toContain("(bytecode)");
  expect(compare("3.11.2", "3.11.7")).toEqual([]);
});

test("a line of the table that holds for part of a text allows no other difference", () => {
  const path = "var/lib/apt/extended_states";
  const listing = (text: string) => image(FILE, { inventory: new Map([[path, { ...FILE, text, content: text }]]) });
  const compare = (other: string) =>
    disagreements([made("one", listing("Package: a\n\nPackage: b")), made("two", listing(other))], new Tally());
  expect(compare("Package: b\n\nPackage: a")).toEqual([]);
  expect(compare("Package: b")).toHaveLength(1);
});

test("each line of the table has a reason, a sentence", () => {
  for (const { reason } of ALLOWED_DIFFERENCES) expect(reason).toMatch(/^\S.{20,}\.$/);
});
