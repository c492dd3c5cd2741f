import { join } from "node:path";
import { cached } from "./cache.ts";
import { command, findProgram, say } from "./command.ts";

/** The versions of Node besides this one with which the project's command is tried. */
const OTHER_NODES = ["22.23.3", "26.10.0"] as const;

/** Path of a Node of that version, from its npm package. */
export async function ensureNode(version: (typeof OTHER_NODES)[number]): Promise<string> {
  const name = `node-linux-${process.arch}`;
  const folder = await cached(`node/${version}`, async (target) => {
    say(`downloading Node ${version}`);
    const npm = findProgram("npm");
    if (npm === undefined) throw new Error("npm is not on PATH");
    const quiet = ["--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
    await command(npm, ["install", "--prefix", target, ...quiet, `${name}@${version}`]);
  });
  return join(folder, "node_modules", name, "bin/node");
}
