import type { OutputOptions, RolldownOutput } from "rolldown";

type Groups = NonNullable<Exclude<OutputOptions["codeSplitting"], boolean | undefined>["groups"]>;
type Files = RolldownOutput["output"];

/** Of tsconfig.base.json, which rolldown does not take from there: the oldest Node lacks newer syntax, such as `using`. */
export const TARGET = "es2023";

/**
 * The modules that begin with others, with all that they import at once. `ends` are ends of their paths, and `files` what
 * rolldown makes of a program when it is left to it.
 */
export function modulesBehind(files: Files, ends: readonly string[]): ReadonlySet<string> {
  const chunks = files.filter((file) => file.type === "chunk");
  const found = new Set(
    ends.map((end) => {
      const chunk = chunks.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith(end)));
      if (chunk === undefined) throw new Error(`no module: ${end}`);
      return chunk;
    }),
  );
  // A set goes on to what is added while it is run through.
  for (const { imports } of found) for (const chunk of chunks) if (imports.includes(chunk.fileName)) found.add(chunk);
  return new Set([...found].flatMap(({ moduleIds }) => moduleIds));
}

/**
 * What is always loaded together is one file, by its name: finding and opening one costs more than reading it. What several
 * of them need is in the first.
 */
export function inOneFile(sets: readonly (readonly [name: string, modules: ReadonlySet<string>])[]): Groups {
  return sets.map(([name, modules], at) => ({
    name,
    priority: sets.length - at,
    test: (id: string) => modules.has(id),
  }));
}
