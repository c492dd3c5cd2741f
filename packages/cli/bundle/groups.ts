import type { OutputOptions, RolldownOutput } from "rolldown";
import { sharedEntries } from "./shared.ts";

type Groups = NonNullable<Exclude<OutputOptions["codeSplitting"], boolean | undefined>["groups"]>;

/**
 * What is always loaded together is one file: finding and opening one costs more than reading it. `start` comes before
 * Node keeps what it compiles, `program` reads the command line, `spec` is what every command does with a spec,
 * `inputs` reads the files that one names, `registry` finds out whether an image exists, `build` is the rest of
 * that command until a builder is loaded, and `builder` what builders take from the program beyond that.
 */
export function groups({ output: files }: RolldownOutput): Groups {
  const chunks = files.filter((file) => file.type === "chunk");
  const behind = (entries: readonly string[]) => {
    const found = new Set(
      entries.map((entry) => {
        const chunk = chunks.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith(entry)));
        if (chunk === undefined) throw new Error(`groups: not found: ${entry}`);
        return chunk;
      }),
    );
    // A set goes on to what is added while it is run through.
    for (const { imports } of found) for (const chunk of chunks) if (imports.includes(chunk.fileName)) found.add(chunk);
    return new Set([...found].flatMap(({ moduleIds }) => moduleIds));
  };
  const entries = {
    start: ["/cli/src/keep-compiled.ts"],
    program: ["/cli/src/run-program.ts"],
    spec: [
      "/cli/src/print/print-error.ts",
      "/cli/src/run-command.ts",
      "/cli/src/command/tag.ts",
      "/cli/src/project-environment.ts",
    ],
    inputs: ["/core/dist/resolve/read-inputs.js"],
    registry: ["/core/dist/presence/find-presence.js", "/registry/dist/http/general-client.js"],
    build: [
      "/cli/src/command/build.ts",
      "/core/dist/engine/build-several.js",
      "/core/dist/engine/build-image.js",
      "/core/dist/discovery/discover-builders.js",
      "/core/dist/discovery/plugins-config.js",
    ],
    builder: Object.entries(sharedEntries).flatMap(([name, entry]) => (name === "@imagespec/core" ? [] : [entry])),
  };
  return Object.entries(entries).map(([name, own], at, all) => {
    const modules = behind(own);
    // What several need is in the first.
    return { name, priority: all.length - at, test: (id: string) => modules.has(id) };
  });
}
