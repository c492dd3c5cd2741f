import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { examine } from "../matrix/supported.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type CorpusSpec, SPEC_SHAPES } from "./spec-shapes.ts";

/** The option that lets the daemonless builder build what has no wheel. */
const BUILDING = { sourceDistributions: "build" };

interface Share {
  all: number;
  /** Without an option, */
  plain: number;
  /** and with {@link BUILDING}. */
  building: number;
}

const shares = new Map<string, Share>();
const sum = (key: keyof Share, isCounted: (shape: string) => boolean) =>
  [...shares].filter(([shape]) => isCounted(shape)).reduce((total, [, share]) => total + share[key], 0);
const isOrdinary = (shape: string) => shape !== "commands";
afterAll(() => {
  const line = (name: string, { all, plain, building }: Share) =>
    console.log(`without a daemon: ${name} ${plain} of ${all}, ${building} where sources may be built`);
  for (const [shape, share] of shares) line(shape, share);
  const of = (key: keyof Share) => sum(key, isOrdinary);
  line("all but commands", { all: of("all"), plain: of("plain"), building: of("building") });
});

/**
 * Why the daemonless builder leaves a spec to others: the parameters it refuses, and what shows only when it builds.
 */
async function refusedBy({ spec, files = {}, needsBuild, handedOn }: CorpusSpec, options: object): Promise<string[]> {
  await using folder = await temporaryFolder({});
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, path)), { recursive: true });
    await writeFile(join(folder.path, path), text);
  }
  const { refused } = await examine("uv-micromamba", { name: "corpus", ...spec }, folder.path, { ...options });
  const isFromGit = Object.values(files).some((text) => /@\s*git\+/.test(text));
  const isBuilt = (needsBuild || isFromGit) && options !== BUILDING;
  return [
    ...refused.map(({ parameter }) => parameter),
    ...(isBuilt ? ["packages"] : []),
    ...(handedOn === undefined ? [] : [handedOn]),
  ];
}

test("the corpus has specs of every shape", () => {
  const count = (shape: string) => SPEC_SHAPES[shape]?.length ?? 0;
  expect(Object.values(SPEC_SHAPES).flat().length).toBeGreaterThanOrEqual(60);
  expect(count("apt")).toBeGreaterThanOrEqual(12);
  expect(count("git and source distributions")).toBeGreaterThanOrEqual(6);
  expect(count("lock and workspace")).toBeGreaterThanOrEqual(6);
  expect(count("conda")).toBeGreaterThanOrEqual(4);
});

test.each(Object.entries(SPEC_SHAPES))("%s: what the daemonless builder takes", async (shape, specs) => {
  const plain = await Promise.all(specs.map((spec) => refusedBy(spec, {})));
  const building = await Promise.all(specs.map((spec) => refusedBy(spec, BUILDING)));
  const taken = (refused: string[][]) => refused.filter((reasons) => reasons.length === 0).length;
  shares.set(shape, { all: specs.length, plain: taken(plain), building: taken(building) });
  if (shape === "commands") expect(taken(building)).toBe(0);
  // What goes on to another builder says so in the corpus, and nothing else does.
  else expect(building.flat()).toEqual(specs.flatMap(({ handedOn }) => handedOn ?? []));
});

test("nearly every spec without commands is built without a daemon", () => {
  expect(sum("building", isOrdinary) / sum("all", isOrdinary)).toBeGreaterThanOrEqual(0.95);
});
