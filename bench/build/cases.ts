import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** One image, for both sides. */
export interface Case {
  name: string;
  registry: string;
  baseImage: string;
  pythonExec: string;
  packages: string[];
  aptPackages?: string[];
  sourceRoot: string;
  uvImage: string;
}

export const PACKAGES = ["numpy==2.1.0", "pandas==2.2.2", "requests==2.32.3", "flask==3.0.3"];
export const ONE_CHANGED = ["numpy==2.1.0", "pandas==2.2.2", "requests==2.32.3", "flask==3.1.0"];

/** Fifty Python files of a few kilobytes. */
export async function writeSources(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let at = 0; at < 50; at++) {
    const lines = Array.from({ length: 100 }, (_, line) => `VALUE_${line} = ${at * line}`);
    await writeFile(join(folder, `module_${at}.py`), `${lines.join("\n")}\n`);
  }
}

export async function changeSource(folder: string, to: number): Promise<void> {
  await writeFile(join(folder, "module_7.py"), `CHANGED = ${to}\n`);
}
