import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { zstdCompressSync } from "node:zlib";
import { execa } from "execa";
import { pack } from "tar-stream";
import { ZipFile } from "yazl";

/** A file of a conda package. */
export interface PackagedFile {
  path: string;
  content?: string | Uint8Array;
  mode?: number;
  /** Makes it a symbolic link. */
  link?: string;
  /** Makes it another name of a file before it. */
  hardlink?: string;
  placeholder?: { text: string; mode: "text" | "binary" };
  /** What info/paths.json states of it. */
  stated?: { sha256?: string; size_in_bytes?: number };
}

export interface PackageSpec {
  name: string;
  version: string;
  build?: string;
  depends?: string[];
  noarch?: "python" | "generic";
  entryPoints?: string[];
  format: "conda" | "tar.bz2";
  files: PackagedFile[];
  /** Files of info/ in the place of those that fit: index.json, paths.json, link.json. */
  info?: Readonly<Record<string, string>>;
}

/** Writes a package into a subdir of a channel and returns its file name and repodata record. */
export async function makePackage(folder: string, subdir: string, spec: PackageSpec): Promise<[string, object]> {
  const build = spec.build ?? "0";
  const stem = `${spec.name}-${spec.version}-${build}`;
  const index = {
    name: spec.name,
    version: spec.version,
    build,
    build_number: 0,
    depends: spec.depends ?? [],
    subdir,
    ...(spec.noarch === undefined ? {} : { noarch: spec.noarch }),
  };
  const info = await tar(infoFiles(spec, index));
  const payload = await tar(spec.files);
  const bytes =
    spec.format === "conda"
      ? await condaFile(stem, info, payload)
      : await bzip2(await tar([...infoFiles(spec, index), ...spec.files]));
  const fn = `${stem}.${spec.format}`;
  await writeFile(join(folder, fn), bytes);
  const hash = (algorithm: string) => createHash(algorithm).update(bytes).digest("hex");
  return [fn, { ...index, size: bytes.length, sha256: hash("sha256"), md5: hash("md5") }];
}

function infoFiles(spec: PackageSpec, index: object): PackagedFile[] {
  const paths = spec.files.map(({ path, link, placeholder, stated }) => ({
    _path: path,
    path_type: link === undefined ? "hardlink" : "softlink",
    ...(placeholder === undefined ? {} : { prefix_placeholder: placeholder.text, file_mode: placeholder.mode }),
    ...stated,
  }));
  const files: PackagedFile[] = [
    { path: "info/index.json", content: JSON.stringify(index) },
    { path: "info/paths.json", content: JSON.stringify({ paths, paths_version: 1 }) },
    { path: "info/files", content: `${spec.files.map(({ path }) => path).join("\n")}\n` },
  ];
  if (spec.entryPoints !== undefined) {
    const link = { noarch: { type: "python", entry_points: spec.entryPoints }, package_metadata_version: 1 };
    files.push({ path: "info/link.json", content: JSON.stringify(link) });
  }
  const given = Object.entries(spec.info ?? {}).map(([name, content]) => ({ path: `info/${name}`, content }));
  return [...files.filter(({ path }) => !given.some((other) => other.path === path)), ...given];
}

async function tar(files: readonly PackagedFile[]): Promise<Buffer> {
  const stream = pack();
  const written = buffer(stream as unknown as NodeJS.ReadableStream);
  for (const { path, content = "", mode = 0o644, link, hardlink } of files) {
    if (link !== undefined) stream.entry({ name: path, type: "symlink", linkname: link });
    else if (hardlink !== undefined) stream.entry({ name: path, type: "link", linkname: hardlink });
    else stream.entry({ name: path, mode }, Buffer.from(content as Uint8Array));
  }
  stream.finalize();
  return written;
}

async function condaFile(stem: string, info: Buffer, payload: Buffer): Promise<Buffer> {
  const zip = new ZipFile();
  const stored = { compress: false, mtime: new Date(0) };
  zip.addBuffer(Buffer.from(JSON.stringify({ conda_pkg_format_version: 2 })), "metadata.json", stored);
  zip.addBuffer(zstdCompressSync(payload), `pkg-${stem}.tar.zst`, stored);
  zip.addBuffer(zstdCompressSync(info), `info-${stem}.tar.zst`, stored);
  zip.end();
  return buffer(zip.outputStream);
}

async function bzip2(bytes: Buffer): Promise<Uint8Array> {
  return (await execa("bzip2", ["-c"], { input: bytes, encoding: "buffer" })).stdout;
}
