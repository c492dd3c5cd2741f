import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CLI } from "../cli.ts";
import { measure } from "../measure.ts";
import type { RowGroup } from "../row.ts";

/** Starting the CLI, and what does no more than start. */
export const start: RowGroup = {
  name: "start",
  async open(folder) {
    await writeFile(
      join(folder, "imagespec.json"),
      JSON.stringify({ name: "start", packages: ["numpy"], platform: "linux/amd64" }),
    );
    const ours = (args: string[]) => () => measure(process.execPath, [CLI, ...args], { cwd: folder });
    const theirs = () => measure(process.execPath, ["-e", "0"]);
    const common = { rival: "node -e 0", goal: 2.5, what: "cpu", rounds: 9, theirs } as const;
    return {
      rows: [
        { ...common, name: "imagespec --version", ours: ours(["--version"]) },
        { ...common, name: "imagespec tag, no files", ours: ours(["tag"]) },
      ],
    };
  },
};
