import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { PassThrough, type Readable, Transform } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { ImageSpecError, isImageSpecError } from "@imagespec/core/builder";
import { LAYER_CAPS, zstdFrames } from "@imagespec/inspect/layer";
import { extract, type Header } from "tar-stream";
import unbzip2 from "unbzip2-stream";
import { plainPath } from "../layer/plain-path.ts";
import { isTooLong, isWhiteout } from "../layer/tar-entry.ts";
import { lazy } from "../lazy.ts";
import { ZipArchive } from "../wheel/zip-archive.ts";

/** The files of metadata under `info/` that are read. */
const INFO_FILES = ["info/files", "info/paths.json", "info/has_prefix", "info/index.json", "info/link.json"];
/** The most bytes of one of them; real packages have far less. */
const MAX_INFO_FILE = 64 * 1024 * 1024;
/** Bytes that are unpacked before their ratio to the packed ones counts, as in layers of base images. */
const RATIO_FROM = 64 * 1024 * 1024;

export interface ArchiveMember {
  path: string;
  header: Header;
  /**
   * All bytes.
   *
   * @throws ImageSpecError E_RESOLVE when there are more than `limit`.
   */
  bytes(limit: number): Promise<Buffer>;
  stream(): AsyncIterable<Uint8Array>;
}

/**
 * A conda package on disk, `.conda` (zip of two zstd tars) or `.tar.bz2`, read as a stream and never unpacked (conda:
 * package specification).
 *
 * @throws ImageSpecError E_RESOLVE naming a file that is neither.
 */
export class CondaArchive {
  /**
   * The files of metadata, by path, read once. In a `.tar.bz2` they may stand anywhere, so all of it is read for them.
   */
  readonly info: () => Promise<ReadonlyMap<string, Buffer>> = lazy(() => this.#readInfo());
  readonly #file: string;
  readonly #fn: string;

  constructor(file: string, fn: string) {
    this.#file = file;
    this.#fn = fn;
  }

  async #readInfo(): Promise<Map<string, Buffer>> {
    const found = new Map<string, Buffer>();
    for await (const member of this.#members("info")) {
      if (!INFO_FILES.includes(member.path)) continue;
      found.set(member.path, await member.bytes(MAX_INFO_FILE));
    }
    return found;
  }

  /** What the package installs, in the archive's order; `info/` is left out. */
  async *payload(): AsyncGenerator<ArchiveMember> {
    for await (const member of this.#members("pkg")) if (!member.path.startsWith("info/")) yield member;
  }

  async *#members(part: "info" | "pkg"): AsyncGenerator<ArchiveMember> {
    if (!this.#fn.endsWith(".conda")) {
      const { size } = await stat(this.#file);
      const packed = createReadStream(this.#file);
      // `Readable.wrap` would wait for ever once this old kind of stream emits two blocks at a time.
      const plain = new PassThrough();
      const unpacking = packed.pipe(unbzip2());
      packed.on("error", (error) => plain.destroy(error));
      // The library has no message of its own for a file that is cut off.
      unpacking.on("error", (error: Error) =>
        plain.destroy(error instanceof TypeError ? new Error("it is cut off", { cause: error }) : error),
      );
      unpacking.pipe(plain);
      try {
        yield* this.#tar(plain, size);
      } finally {
        packed.destroy();
      }
      return;
    }
    const zip = await ZipArchive.open(this.#file, this.#fn);
    try {
      const inner = zip.members.find(({ path }) => path.startsWith(`${part}-`) && path.endsWith(".tar.zst"));
      if (inner === undefined) throw this.#broken(`it has no ${part} part`);
      yield* this.#tar(zstdFrames(inner.stream()), inner.size);
    } finally {
      await zip.close();
    }
  }

  /** Passes on the unpacked bytes of a part with so many packed bytes, within the limits that layers have. */
  #cap(packed: number): Transform {
    const { bytes, ratio } = LAYER_CAPS;
    const most = Math.min(bytes, Math.max(RATIO_FROM, packed * ratio));
    let unpacked = 0;
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        unpacked += chunk.length;
        if (unpacked <= most) done(null, chunk);
        else done(this.#broken(`its ${packed} bytes unpack to more than ${most}`));
      },
    });
  }

  async *#tar(source: AsyncIterable<Uint8Array>, packed: number): AsyncGenerator<ArchiveMember> {
    const tar = extract();
    let fault: { error: unknown } | undefined;
    const feeding = pipeline(source, this.#cap(packed), tar as unknown as NodeJS.WritableStream).catch(
      (error: unknown) => {
        fault ??= { error };
      },
    );
    try {
      for await (const entry of tar) {
        yield toMember(entry as unknown as Readable & { header: Header }, this.#fn);
        entry.resume();
      }
      await feeding;
    } catch (error) {
      fault ??= { error };
    } finally {
      tar.destroy();
      await feeding;
    }
    if (fault === undefined) return;
    throw isImageSpecError(fault.error) ? fault.error : this.#broken((fault.error as Error).message, fault.error);
  }

  #broken(what: string, cause?: unknown): ImageSpecError {
    return new ImageSpecError("E_RESOLVE", `${this.#fn} is not a conda package that can be read: ${what}`, { cause });
  }
}

/**
 * The path in the prefix of a name in the package's tar: that of a file, or the target of a hard link.
 *
 * @throws ImageSpecError E_RESOLVE for a name that leads out of the prefix, or that no file can have.
 */
export function packagedPath(name: string, fn: string): string {
  if (name.startsWith("/") || name.split("/").includes(".."))
    throw new ImageSpecError("E_RESOLVE", `${fn} has a path that leads out of its prefix: ${name}`);
  const path = plainPath(name);
  if (isWhiteout(path))
    throw new ImageSpecError("E_RESOLVE", `${fn} has ${path}, a name that deletes files in an image`);
  if (isTooLong(path)) throw new ImageSpecError("E_RESOLVE", `${fn} has ${path}, a name too long for a file system`);
  return path;
}

function toMember(entry: Readable & { header: Header }, fn: string): ArchiveMember {
  const path = packagedPath(entry.header.name, fn);
  return {
    path,
    header: entry.header,
    stream: () => entry,
    async bytes(limit) {
      if (entry.header.size > limit)
        throw new ImageSpecError(
          "E_RESOLVE",
          `${fn}: ${path} has ${entry.header.size} bytes, and at most ${limit} are read`,
        );
      return buffer(entry);
    },
  };
}
