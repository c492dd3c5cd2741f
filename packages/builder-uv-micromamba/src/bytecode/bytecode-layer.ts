import { COMPILE_SCRIPT, LONGEST_MODULE } from "@imagespec/core/builder";
import { collectBytes } from "@imagespec/registry";
import type { LayerSource } from "../layer/layer-source.ts";
import { addParentFolders } from "../layer/parent-folders.ts";
import { type FileEntry, type TarEntry, textFile } from "../layer/tar-entry.ts";
import type { BuildSession } from "../session/build-session.ts";
import type { CompiledModule } from "./compiler-processes.ts";
import type { Compiler } from "./find-compiler.ts";

/** Modules of a layer that are read ahead while the first of them is compiled, and the bytes they have together. */
const MODULES_AHEAD = 64;
const BYTES_AHEAD = 4 * 1024 * 1024;

/**
 * The bytecode of a layer's modules below `site` of an environment, as another layer: checked-hash `.pyc` (PEP 552),
 * the same that Dockerfile builders make with the same script. Made by Pythons of this machine, which all layers share.
 */
export function bytecodeLayer(
  modules: LayerSource,
  { prefix, site }: { prefix: string; site: string },
  compiler: Compiler,
  session: Pick<BuildSession, "once" | "signal" | "track">,
): LayerSource {
  const start = async () => {
    const { CompilerProcesses } = await import("./compiler-processes.ts");
    return new CompilerProcesses(await compiler.path(), session);
  };
  async function* entries(signal: AbortSignal): AsyncGenerator<TarEntry> {
    const processes = await session.once(`compilers ${compiler.version}`, start);
    const compile = (path: string, source: Uint8Array) => processes.compile(`/${path}`, source);
    for await (const { path, bytecode } of compiled(modulesOf(modules, site, signal), compile)) {
      signal.throwIfAborted();
      if (bytecode.length > 0) yield textFile(path.slice(1), bytecode);
    }
  }
  return {
    key: { bytecode: modules.key, site, python: compiler.version, script: COMPILE_SCRIPT },
    title: `bytecode by Python ${compiler.version} of ${modules.title}`,
    entries: (signal) => addParentFolders(entries(signal), prefix),
  };
}

interface Module {
  path: string;
  source: Uint8Array;
}

/** The modules of a layer below a folder, hard links of them last. */
async function* modulesOf(layer: LayerSource, site: string, signal: AbortSignal): AsyncGenerator<Module> {
  const isModule = (path: string) => path.startsWith(`${site}/`) && path.endsWith(".py");
  const links = new Map<string, string[]>();
  for await (const entry of layer.entries(signal)) {
    const { type, path } = entry;
    if (!isModule(path)) continue;
    if (type === "hardlink") links.set(entry.link, [...(links.get(entry.link) ?? []), path]);
    if (type === "file" && entry.size <= LONGEST_MODULE) yield { path, source: await contentOf(entry) };
  }
  if (links.size === 0) return;
  // Another path stands in their bytecode.
  for await (const entry of layer.entries(signal)) {
    if (entry.type !== "file" || entry.size > LONGEST_MODULE) continue;
    for (const path of links.get(entry.path) ?? []) yield { path, source: await contentOf(entry) };
  }
}

async function contentOf({ content, size, path }: FileEntry): Promise<Uint8Array> {
  return content instanceof Uint8Array ? content : collectBytes(content(), size, path);
}

/** What comes of modules, in their order, while those that follow are being compiled. */
async function* compiled(
  modules: AsyncIterable<Module>,
  compile: (path: string, source: Uint8Array) => Promise<CompiledModule>,
): AsyncGenerator<CompiledModule> {
  const ahead: { answer: Promise<CompiledModule>; size: number }[] = [];
  let bytes = 0;
  const first = () => {
    const { answer, size } = ahead.shift() as (typeof ahead)[number];
    bytes -= size;
    return answer;
  };
  for await (const { path, source } of modules) {
    ahead.push({ answer: compile(path, source), size: source.length });
    bytes += source.length;
    while (ahead.length > MODULES_AHEAD || bytes > BYTES_AHEAD) yield await first();
  }
  while (ahead.length > 0) yield await first();
}
