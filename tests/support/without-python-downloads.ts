import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The Python of the base images, with which a machine compiles for them. */
const OF_THE_BASES = "/usr/bin/python3.11";

/**
 * The environment in which uv knows of no Python to download, on a machine that has the one of the base images. A build
 * with an empty cache asks for one to compile bytecode: seconds of attempts where nobody answers, and megabytes
 * elsewhere, for each of hundreds of builds.
 */
export function withoutPythonDownloads(): Record<string, string> {
  if (!existsSync(OF_THE_BASES)) return {};
  return { UV_PYTHON_DOWNLOADS_JSON_URL: fileURLToPath(new URL("./no-pythons.json", import.meta.url)) };
}
