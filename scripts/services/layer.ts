import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { cacheFolder } from "./cache-folder.ts";
import { command } from "./command.ts";
import { withLock } from "./lock.ts";

/** A compressed layer in the cache. */
export interface Layer {
  file: string;
  digest: string;
  diffId: string;
  size: number;
}

/**
 * The layer `name`, from the cache or made now.
 * @param name raise the version in it when `makeTar` changes
 * @param makeTar writes the uncompressed tar
 */
export function ensureLayer(name: string, makeTar: (tar: string) => Promise<void>): Promise<Layer> {
  const file = cacheFolder("layers", `${name}.tar.gz`);
  const facts = `${file}.json`;
  return withLock(`layer-${name}`, async () => {
    if (existsSync(facts)) return JSON.parse(await readFile(facts, "utf8")) as Layer;
    await mkdir(cacheFolder("layers"), { recursive: true });
    const tar = cacheFolder("layers", `${name}.tar`);
    await rm(tar, { force: true });
    await makeTar(tar);
    const [diffId, digest] = [createHash("sha256"), createHash("sha256")];
    const stages = [
      createReadStream(tar),
      tap(diffId),
      createGzip(),
      tap(digest),
      createWriteStream(`${file}.partial`),
    ];
    await pipeline(stages);
    await rename(`${file}.partial`, file);
    await rm(tar);
    const { size } = await stat(file);
    const layer = { file, digest: `sha256:${digest.digest("hex")}`, diffId: `sha256:${diffId.digest("hex")}`, size };
    await writeFile(`${facts}.partial`, JSON.stringify(layer));
    await rename(`${facts}.partial`, facts);
    return layer;
  });
}

/** Whether the layer was made before. */
export function hasLayer(name: string): boolean {
  return existsSync(cacheFolder("layers", `${name}.tar.gz.json`));
}

/** Packs a folder: owned by root, sorted, times zero. */
export async function packFolder(folder: string, tar: string, ...flags: string[]): Promise<void> {
  const fixed = ["--owner=0", "--group=0", "--numeric-owner", "--mtime=@0", "--sort=name"];
  await command("tar", [...fixed, ...flags, "-C", folder, "-cf", tar, "."]);
}

function tap(hash: ReturnType<typeof createHash>): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}
