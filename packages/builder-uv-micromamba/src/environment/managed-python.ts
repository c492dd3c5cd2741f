import { createReadStream } from "node:fs";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { ImageSpecError, PYTHON_FOLDER, runTool } from "@imagespec/core/builder";
import type { LayerSource } from "../layer/layer-source.ts";
import { addParentFolders } from "../layer/parent-folders.ts";
import { type TarEntry, textFile } from "../layer/tar-entry.ts";
import type { BuildSession } from "../session/build-session.ts";
import { pythonDownload } from "../session/find-python.ts";
import type { UvProgram } from "../session/find-uv.ts";
import { uvEnvironment } from "../session/uv-environment.ts";
import { type Libc, MACHINES } from "../target/python-target.ts";

/** The folder of managed Pythons in an image, as layers name it. */
const ROOT = PYTHON_FOLDER.slice(1);
/** Files above this many bytes do not hold the path of their installation, and are not read whole. */
const PATCHED_BYTES = 4 * 1024 * 1024;

export interface ManagedPython {
  /** Absolute path in the image. */
  path: string;
  version: string;
  minor: string;
  layer: LayerSource;
}

/**
 * The Python that uv manages for a version and platform. uv chooses and downloads it, honouring
 * UV_PYTHON_DOWNLOADS_JSON_URL and UV_PYTHON_INSTALL_MIRROR, and checks its hash. Nothing is downloaded until the layer
 * has to be made.
 *
 * @throws ImageSpecError E_NO_PYTHON when uv knows none.
 */
export async function managedPython(
  session: BuildSession,
  uv: UvProgram,
  wanted: { version: string; architecture: string; libc: Libc },
): Promise<ManagedPython> {
  const libc = wanted.libc.family === "musl" ? "musl" : "gnu";
  const request = `cpython-${wanted.version}-linux-${MACHINES[wanted.architecture]}-${libc}`;
  const found = await pythonDownload(session, uv, request);
  if (found === undefined)
    throw new ImageSpecError(
      "E_NO_PYTHON",
      `uv ${uv.version} has no Python ${wanted.version} for linux/${wanted.architecture} (${libc})`,
      { hint: "Use another pythonVersion, a newer uv, or a base image that has that Python." },
    );
  const minor = found.version.split(".").slice(0, 2).join(".");
  // A list of downloads of the user's own may give the same name to another build.
  const ownList = process.env.UV_PYTHON_DOWNLOADS_JSON_URL;
  const source = {
    key: found.key,
    archive: decodeURIComponent(found.url.split("/").at(-1) ?? ""),
    ...(ownList && { url: found.url }),
  };
  return {
    path: `/${ROOT}/${found.key}/bin/python${minor}`,
    version: found.version,
    minor,
    layer: {
      key: { python: source, root: ROOT, recipe: 2 },
      title: `Python ${found.version} in /${ROOT}`,
      entries: (signal) => addParentFolders(installed(session, { key: found.key, uv, signal }), ROOT),
    },
  };
}

/** What `uv python install` is given. */
interface Installation {
  key: string;
  uv: UvProgram;
  signal: AbortSignal;
}

async function* installed({ cache, warn }: BuildSession, { key, uv, signal }: Installation): AsyncGenerator<TarEntry> {
  const stage = await cache.makeScratch();
  try {
    await runTool(uv.path, ["python", "install", key, "--install-dir", stage, "--no-bin", "--quiet"], {
      env: uvEnvironment(cache.uvCache, { UV_NO_CONFIG: "1", TMPDIR: stage }),
      signal,
      errorCode: "E_NO_PYTHON",
      hint: "Check the network, UV_PYTHON_INSTALL_MIRROR and UV_PYTHON_DOWNLOADS_JSON_URL.",
    });
    yield* tree(join(stage, key), `${ROOT}/${key}`, stage);
  } finally {
    await cache.removeScratch(stage, warn);
  }
}

/**
 * The files of a folder, sorted by name and without bytecode. Where they name the staging folder, they get the image's.
 */
async function* tree(folder: string, path: string, stage: string): AsyncGenerator<TarEntry> {
  for (const name of (await readdir(folder)).sort()) {
    if (name === "__pycache__") continue;
    const from = join(folder, name);
    const to = `${path}/${name}`;
    const stat = await lstat(from);
    if (stat.isDirectory()) {
      // Empty folders belong to it too, such as site-packages.
      yield { type: "directory", path: to, mode: 0o755, uid: 0, gid: 0 };
      yield* tree(from, to, stage);
    } else if (stat.isSymbolicLink())
      yield { type: "symlink", path: to, link: (await readlink(from)).replaceAll(stage, `/${ROOT}`), uid: 0, gid: 0 };
    else {
      const mode = (stat.mode & 0o100) === 0 ? 0o644 : 0o755;
      if (stat.size > PATCHED_BYTES) {
        yield { type: "file", path: to, mode, size: stat.size, uid: 0, gid: 0, content: () => createReadStream(from) };
        continue;
      }
      yield textFile(to, relocated(await readFile(from), stage), mode);
    }
  }
}

function relocated(content: Buffer, stage: string): Buffer {
  if (!content.includes(stage)) return content;
  if (content.includes(0))
    throw new ImageSpecError("E_INTERNAL", "A binary of the managed Python names its installation folder");
  return Buffer.from(content.toString("utf8").replaceAll(stage, `/${ROOT}`));
}
