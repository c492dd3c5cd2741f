import { join } from "node:path";
import { runTool } from "@imagespec/core/builder";
import { cached } from "./cache.ts";

/** The other releases of Node under which the same bytes must come out. */
const VERSIONS = ["22.23.3", "26.10.0"];

/** Programs of other releases of Node, from npm's packages of its binaries; kept in the cache. */
export async function ensureNodeVersions(): Promise<Map<string, string>> {
  const name = `node-linux-${process.arch}`;
  const found = new Map<string, string>();
  for (const version of VERSIONS) {
    const folder = await cached(`node/${version}`, async (target) => {
      await runTool("npm", [
        "install",
        "--prefix",
        target,
        "--no-save",
        "--no-audit",
        "--no-fund",
        `${name}@${version}`,
      ]);
    });
    found.set(version, join(folder, "node_modules", name, "bin/node"));
  }
  return found;
}
