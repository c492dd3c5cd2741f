import { readdir } from "node:fs/promises";
import { join } from "node:path";

/**
 * The folder to copy sources from: `src` where it holds Python, `.` where the folder itself or a package in it does.
 */
export async function findSources(folder: string): Promise<string | undefined> {
  if (await holdsPython(join(folder, "src"), 2)) return "src";
  return (await holdsPython(folder, 1)) ? "." : undefined;
}

/** Whether a folder, or one up to `levels` below it, holds a Python file that is more than a setup script. */
async function holdsPython(folder: string, levels: number): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  if (entries.some((entry) => entry.isFile() && /\.py$/.test(entry.name) && entry.name !== "setup.py")) return true;
  if (levels === 0) return false;
  for (const entry of entries) {
    const isOwn = entry.isDirectory() && !/^[._]|^(?:node_modules|venv|env|tests?|docs|build|dist)$/.test(entry.name);
    if (isOwn && (await holdsPython(join(folder, entry.name), levels - 1))) return true;
  }
  return false;
}
