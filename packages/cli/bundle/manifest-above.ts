import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The nearest package.json with a name; some libraries have others that only say how modules are written. */
export function manifestAbove(file: string): { name: string; version: string } {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      if (typeof manifest.version === "string") return manifest;
    } catch {
      if (folder === dirname(folder)) throw new Error(`bundle.ts: no package.json above ${file}`);
    }
  }
}
