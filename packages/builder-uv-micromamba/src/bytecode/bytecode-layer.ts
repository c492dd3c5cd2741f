import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { COMPILE_SCRIPT, runTool } from "@imagespec/core/builder";
import type { LayerSource } from "../layer/layer-source.ts";
import { addParentFolders } from "../layer/parent-folders.ts";
import { type TarEntry, textFile } from "../layer/tar-entry.ts";
import type { BuildSession } from "../session/build-session.ts";
import { withoutVariables } from "../session/without-variables.ts";
import type { Compiler } from "./find-compiler.ts";

/**
 * The bytecode of a layer's modules below `site` of an environment, as another layer: checked-hash `.pyc` (PEP 552), the
 * same that Dockerfile builders make with the same script. Made by a Python of this machine in a scratch folder.
 */
export function bytecodeLayer(
  modules: LayerSource,
  { prefix, site }: { prefix: string; site: string },
  compiler: Compiler,
  session: Pick<BuildSession, "cache" | "warn">,
): LayerSource {
  return {
    key: { bytecode: modules.key, site, python: compiler.version, script: COMPILE_SCRIPT },
    title: `bytecode by Python ${compiler.version} of ${modules.title}`,
    entries: (signal) => addParentFolders(compiled(modules, { site, compiler, session, signal }), prefix),
  };
}

interface Compilation {
  site: string;
  compiler: Compiler;
  session: Pick<BuildSession, "cache" | "warn">;
  signal: AbortSignal;
}

async function* compiled(
  modules: LayerSource,
  { site, compiler, session, signal }: Compilation,
): AsyncGenerator<TarEntry> {
  const { cache, warn } = session;
  const scratch = await cache.makeScratch();
  try {
    const top = join(scratch, site);
    const made = new Set<string>();
    const makeFolder = async (folder: string) => {
      if (made.has(folder)) return;
      made.add(folder);
      await mkdir(folder, { recursive: true });
    };
    await makeFolder(top);
    for await (const entry of modules.entries(signal)) {
      const { type, path } = entry;
      if (type !== "file" || !path.startsWith(`${site}/`) || !path.endsWith(".py")) continue;
      const place = join(scratch, path);
      await makeFolder(dirname(place));
      const { content } = entry;
      // A stream for each of thousands of files would take twice as long.
      await writeFile(place, content instanceof Uint8Array ? content : content(), { mode: 0o644, signal });
    }
    await runTool(await compiler.path(), ["-sSB", "-W", "ignore", "-c", COMPILE_SCRIPT, scratch, top], {
      env: { ...withoutVariables((name) => /^PYTHON|^LD_PRELOAD$/.test(name)), PYTHONHASHSEED: "0" },
      signal,
      errorCode: "E_BUILD",
    });
    yield* bytecodeIn(top, site);
  } finally {
    await cache.removeScratch(scratch, warn);
  }
}

async function* bytecodeIn(folder: string, path: string): AsyncGenerator<TarEntry> {
  const found = await readdir(folder, { withFileTypes: true });
  for (const entry of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const from = join(folder, entry.name);
    if (entry.isDirectory()) yield* bytecodeIn(from, `${path}/${entry.name}`);
    else if (entry.name.endsWith(".pyc")) yield textFile(`${path}/${entry.name}`, await readFile(from));
  }
}
