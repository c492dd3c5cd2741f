import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CLI } from "../cli.ts";
import { measure } from "../measure.ts";
import type { RowGroup } from "../row.ts";

const DEPENDENCIES = 300;

/** Starting the CLI, and commands that do little more. */
export const start: RowGroup = {
  name: "start",
  async open(folder) {
    const spec = JSON.stringify({ name: "start", packages: ["numpy"], platform: "linux/amd64" });
    await writeFile(join(folder, "imagespec.json"), spec);
    const ours =
      (args: string[], cwd = folder) =>
      () =>
        measure(process.execPath, [CLI, ...args], { cwd });
    const projects = { many: join(folder, "many"), none: join(folder, "none") };
    await writeProject(projects.many, spec, DEPENDENCIES);
    await writeProject(projects.none, spec, 0);
    const theirs = () => measure(process.execPath, ["-e", "0"]);
    const common = { rival: "node -e 0", goal: 2.5, what: "cpu", rounds: 9, theirs } as const;
    return {
      rows: [
        { ...common, name: "imagespec --version", ours: ours(["--version"]) },
        { ...common, name: "imagespec tag, no files", ours: ours(["tag"]) },
        {
          ...common,
          name: `imagespec tag, ${DEPENDENCIES} dependencies`,
          rival: "imagespec tag, none",
          goal: 1.1,
          ours: ours(["tag"], projects.many),
          theirs: ours(["tag"], projects.none),
        },
      ],
    };
  },
};

/** A project with that many packages installed, none of which is a builder. */
async function writeProject(folder: string, spec: string, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, at) => `dependency-${at}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "imagespec.json"), spec);
  const dependencies = Object.fromEntries(names.map((name) => [name, "1.0.0"]));
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "project", dependencies }));
  for (const name of names) {
    const installed = join(folder, "node_modules", name);
    await mkdir(installed, { recursive: true });
    await writeFile(join(installed, "package.json"), JSON.stringify({ name, version: "1.0.0", main: "index.js" }));
  }
}
