import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ImageSpec, type ImageSpecParameters, identify, resolveSpec } from "@imagespec/core";
import { afterEach, beforeEach } from "vitest";

// What someone does who wants two images under one tag, or one image under two. Each line of the tests is one attempt.

let root: string;

/** Gives each test of a file a folder of its own, in which its specs are. */
export function useAttackFolder(): void {
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "attack-")));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
}

/** Takes every file of the source folder. */
export const all = { sourceRoot: "src", sourceCopyMode: "all" } as const;

/** A path below the root of this test's specs, which is a new folder. */
export const below = (path: string) => join(root, path);
/** A path of the source folder. */
export const at = (path: string) => below(`src/${path}`);
/** The same for a name that is not text. */
export const inBytes = (name: Buffer) => Buffer.concat([Buffer.from(at("")), name]);

/**
 * The tag of parameters, or of what a spec file says, with a cache of hashes that is kept between calls of one test.
 */
export async function tagOf(
  parameters: object,
  { id, fromFile = false }: { id?: string; fromFile?: boolean } = {},
): Promise<string> {
  const options = { root, id };
  const spec = fromFile
    ? ImageSpec.parse(parameters, options)
    : new ImageSpec(parameters as ImageSpecParameters, options);
  const env = { IMAGESPEC_CACHE_DIR: below("cache") };
  return identify(await resolveSpec(spec, { env, skipSecretFiles: true })).tag;
}

/** Writes a file of the source folder. */
export function put(path: string, content: string | Buffer = "", mode = 0o644): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), content);
  chmodSync(at(path), mode);
}

/** The tag of what `make` lays into an empty source folder. */
export async function tagOfTree(make: () => void, parameters: object = all): Promise<string> {
  rmSync(below("src"), { recursive: true, force: true });
  mkdirSync(below("src"));
  make();
  return tagOf(parameters);
}
