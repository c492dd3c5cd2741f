import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { examine } from "../matrix/supported.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type CorpusSpec, SPEC_SHAPES } from "./spec-shapes.ts";

/** Shapes that only a container can carry out, or something that is built from source. */
const NEEDS_MORE = ["git and source distributions", "commands"];

const shares = new Map<string, { all: number; taken: number }>();
afterAll(() => {
  for (const [shape, { all, taken }] of shares) console.log(`without a daemon: ${shape} ${taken} of ${all}`);
  const plain = [...shares].filter(([shape]) => shape !== "commands").map(([, share]) => share);
  const [taken, all] = (["taken", "all"] as const).map((key) => plain.reduce((sum, share) => sum + share[key], 0));
  console.log(`without a daemon: ${taken} of ${all} specs without commands`);
});

/** What the daemonless builder says of a spec: the parameters it refuses. */
async function refusedBy({ spec, files = {}, needsBuild }: CorpusSpec): Promise<string[]> {
  await using folder = await temporaryFolder({});
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, path)), { recursive: true });
    await writeFile(join(folder.path, path), text);
  }
  const { refused } = await examine("uv-micromamba", { name: "corpus", ...spec }, folder.path);
  const isFromGit = Object.values(files).some((text) => /@\s*git\+/.test(text));
  return [...refused.map(({ parameter }) => parameter), ...(needsBuild || isFromGit ? ["packages"] : [])];
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
  const refused = await Promise.all(specs.map(refusedBy));
  const taken = refused.filter((names) => names.length === 0).length;
  shares.set(shape, { all: specs.length, taken });
  if (shape === "commands") expect(taken).toBe(0);
  // One in each of these reads poetry.lock or builds a project; nothing else of them is handed on.
  if (!NEEDS_MORE.includes(shape)) {
    const handedOn = refused.flat().filter((name) => name !== "requirements" && name !== "uvProject");
    expect(handedOn).toEqual([]);
  }
});
