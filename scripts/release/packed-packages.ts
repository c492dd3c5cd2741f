import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import tar from "tar-stream";
import { type PublishedPackage, publishedPackages } from "./published-packages.ts";

export interface PackedPackage extends PublishedPackage {
  tarball: Uint8Array<ArrayBuffer>;
  files: { path: string; size: number }[];
}

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The published packages with their tarballs, all packed by one run of pnpm, as a release packs them. */
export async function packedPackages(): Promise<PackedPackage[]> {
  const folder = mkdtempSync(join(tmpdir(), "packed-"));
  try {
    const args = ["-r", "--filter", "./packages/*", "pack", "--pack-destination", folder];
    execFileSync("pnpm", args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
    const tarballs = readdirSync(folder);
    return await Promise.all(
      publishedPackages().map(async (one) => {
        const name = `${one.name.replace("@", "").replace("/", "-")}-${one.version}.tgz`;
        if (!tarballs.includes(name)) throw new Error(`pnpm pack wrote no ${name}, but ${tarballs.join(", ")}`);
        const tarball = new Uint8Array(readFileSync(join(folder, name)));
        return { ...one, tarball, files: await filesOf(tarball) };
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function filesOf(tarball: Uint8Array): Promise<PackedPackage["files"]> {
  const files: PackedPackage["files"] = [];
  for await (const entry of Readable.from([gunzipSync(tarball)]).pipe(tar.extract())) {
    const { name, size = 0 } = entry.header;
    files.push({ path: name.replace(/^package\//, ""), size });
    entry.resume();
  }
  return files;
}
