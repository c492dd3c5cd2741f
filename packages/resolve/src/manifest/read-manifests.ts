import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { ImageSpecError } from "@imagespec/registry";
import { readCapped, readFileText } from "@imagespec/spec-file";
import type { Manifest } from "./manifest.ts";

/** Where manifests are read from. */
export interface ManifestSources {
  /** Files, folders (with all below them) and `-` for standard input, in this order. */
  paths: readonly string[];
  /** Where relative spec files of standard input start; default: the working directory. */
  root?: string | undefined;
  signal?: AbortSignal | undefined;
}

const KINDS = new Set([".yaml", ".yml", ".json"]);
/** No real folder of manifests is near it. */
const MOST_FILES = 10_000;

/**
 * Reads manifests. Of a folder these are its `.yaml`, `.yml` and `.json` files and those of the folders below it, by
 * path; left out are hidden folders, `node_modules`, and imagespec's own files.
 *
 * @throws ImageSpecError E_INPUT_FILE when one cannot be read, is larger than 16 MiB, or a folder holds none.
 */
export async function readManifests({ paths, root, signal }: ManifestSources): Promise<Manifest[]> {
  const until = signal ?? new AbortController().signal;
  const manifests: Manifest[] = [];
  for (const path of paths) {
    if (path === "-") {
      const name = "standard input";
      manifests.push({ name, folder: resolve(root ?? "."), text: await readCapped(process.stdin, name, until) });
      continue;
    }
    for (const file of await filesOf(path)) {
      manifests.push({ name: file, folder: dirname(resolve(file)), text: await readFileText(resolve(file), until) });
    }
  }
  return manifests;
}

async function filesOf(path: string): Promise<string[]> {
  const found = await stat(path).catch((cause) => {
    throw new ImageSpecError("E_INPUT_FILE", `${path} cannot be read: ${cause.message}`, {
      hint: "Check the path.",
      cause,
    });
  });
  if (!found.isDirectory()) return [path];
  const files: string[] = [];
  await collect(path, files);
  if (files.length > 0) return files;
  throw new ImageSpecError("E_INPUT_FILE", `${path} holds no .yaml, .yml or .json file`, {
    hint: "Name a file, or a folder with manifests in it.",
  });
}

async function collect(folder: string, files: string[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    // Links to folders are not followed, so there is no circle.
    if (entry.isDirectory()) {
      if (!entry.name.startsWith(".") && entry.name !== "node_modules") await collect(path, files);
    } else if (KINDS.has(extname(entry.name)) && !isOwn(entry.name) && (entry.isFile() || (await isFileLink(path)))) {
      files.push(path);
      if (files.length > MOST_FILES) {
        throw new ImageSpecError("E_INPUT_FILE", `${folder} and its folders hold more than ${MOST_FILES} manifests`, {
          hint: "Name the folder that holds the manifests.",
        });
      }
    }
  }
}

/** `imagespec.yaml`, `imagespec.config.json`: specs and settings that often lie beside manifests. */
function isOwn(name: string): boolean {
  return /^imagespec\.(?:config\.)?[a-z]+$/.test(basename(name));
}

async function isFileLink(path: string): Promise<boolean> {
  const target = await realpath(path).catch(() => undefined);
  return target !== undefined && (await stat(target)).isFile();
}
