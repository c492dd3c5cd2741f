import { access, constants, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { LARGEST_RULES, type ProcessEnvironment, readRegularFile } from "@imagespec/registry/terms";
import { findCollisions } from "../files/collisions.ts";
import { InputFaults } from "../files/input-faults.ts";
import { keepList, readKnownList, rowsOf } from "../files/known-list.ts";
import { refusePaths } from "../files/refuse-paths.ts";
import { clashWarnings, shipFiles } from "../files/ship-files.ts";
import { ShippedList } from "../files/shipped-list.ts";
import { StatCache } from "../files/stat-cache.ts";
import { Trail } from "../files/trail.ts";
import type { TellDecision } from "../ignore/file-decision.ts";
import { cacheFolder } from "../process/cache-folder.ts";
import { readRequirements } from "../requirements/read-requirements.ts";
import type { Requirements } from "../requirements/requirements.ts";
import { listCopies } from "../sources/list-copies.ts";
import { listSources, sourceMode } from "../sources/list-sources.ts";
import { sourceQuestion } from "../sources/source-question.ts";
import { treeName } from "../sources/tree-name.ts";
import { isGiven } from "../spec/is-given.ts";
import { pipInCommands } from "../spec/pip-in-commands.ts";
import type { Spec } from "../spec/spec.ts";

/** The largest secret that BuildKit takes, and so every builder. */
const LARGEST_SECRET = 500 * 1024;

/** What was read from a spec's files. */
export interface Inputs {
  list: ShippedList;
  /** Trees of the context that go to /root, in the order they are laid. */
  trees: ("source" | "copy")[];
  requirements: Requirements | undefined;
  warnings: string[];
}

/** How a spec's files are read. */
export interface ReadOptions {
  /** For IMAGESPEC_CACHE_DIR, XDG_CACHE_HOME and HOME. */
  env: ProcessEnvironment;
  /** Where the stat cache is kept; by default as the environment says. */
  cacheDir?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Told why each file is in the image or out of it. */
  tell?: TellDecision;
  /**
   * Leaves out the check that pipSecretMounts and registryConfig are there, since nothing of them is hashed; or of
   * pipSecretMounts alone, for callers that ask a registry and build nothing.
   */
  skipSecretFiles?: boolean | "pipSecretMounts" | undefined;
}

/** Finds, checks and hashes every file a spec names. Throws one E_INPUT_FILE with all that is wrong. */
export async function readInputs(spec: Spec, options: ReadOptions & { platforms: readonly string[] }): Promise<Inputs> {
  const { tell, signal } = options;
  const faults = new InputFaults();
  const warnings: string[] = [];
  const folder = options.cacheDir ?? cacheFolder(options.env);
  const question = sourceQuestion(spec, { cacheFolder: folder, tell });
  const known = question && (await readKnownList(question, signal));
  const cache = new StatCache(folder, treeName(spec));
  // Not asked for now, and wanted as soon as the list is made anew.
  if (known !== undefined) cache.keepAll();
  const listing = { cache, faults, warn: (message: string) => void warnings.push(message), tell, signal };
  if (options.skipSecretFiles !== true) await checkSecretFiles(spec, options, faults);
  const requirements = await readRequirements(spec, { ...listing, platforms: options.platforms });
  if (requirements !== undefined) {
    for (const fault of pipInCommands(spec, requirements.havePip)) faults.add(fault.path, fault);
  }
  const trail = new Trail();
  const ofSources = { ...listing, trail, warn: trail.doubting(listing.warn) };
  const sources = known === undefined ? await listSources(spec, ofSources) : [];
  const others = [...(await listCopies(spec, listing)), ...(requirements?.entries ?? [])];
  for (const { path, type } of requirements?.entries ?? []) {
    // Those of projects were told with the rules that let them in.
    if (type !== "directory" && !isOfProject(path, requirements)) tell?.({ path, isIn: true, because: "requirements" });
  }
  findCollisions(sources, others, faults);
  refusePaths(sources, faults);
  refusePaths(others, faults);
  // Hashing takes time, so the faults found so far are reported first.
  faults.throwIfAny();
  const pointers: string[] = [];
  const onPointer = (path: string) => void pointers.push(path);
  const hashing = { cache, parameter: "sourceRoot", faults, onPointer, signal };
  const files = await shipFiles(others, hashing);
  const sourceFiles = await shipFiles(sources, hashing);
  faults.throwIfAny();
  const clashes = [...clashWarnings(files), ...clashWarnings(sourceFiles)];
  const source = known ?? ShippedList.of(sourceFiles);
  const list = ShippedList.of(files).followedBy(source);
  if (!list.isEmpty) await cache.save();
  const isKnowable = known === undefined && trail.isWhole && pointers.length + clashes.length === 0;
  const rows = question && isKnowable ? rowsOf(sources, cache) : undefined;
  // Before more is made of what was hashed.
  cache.release();
  if (question && rows) await keepList(question, { trail, rows, list: source });
  const trees: Inputs["trees"] = [];
  if (sourceMode(spec) !== undefined) trees.push("source");
  if (isGiven(spec.copy)) trees.push("copy");
  return { list, trees, requirements, warnings: [...warnings, ...pointerWarning(pointers), ...clashes] };
}

/** Names a few of the files, since a checkout without Git LFS has none of its contents. */
function pointerWarning(paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  const named = paths
    .slice(0, 3)
    .map((path) => `'${path.slice(path.indexOf("/") + 1)}'`)
    .join(", ");
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : "";
  return [
    `Git LFS has not checked out ${named}${more}: its pointer goes into the image, not the content (git lfs pull)`,
  ];
}

function isOfProject(path: string, requirements: Requirements | undefined): boolean {
  return requirements?.source.projects?.some((project) => path.startsWith(`${project.path}/`)) ?? false;
}

async function checkSecretFiles(spec: Spec, options: ReadOptions, faults: InputFaults): Promise<void> {
  const mounts = options.skipSecretFiles === "pipSecretMounts" ? [] : (spec.pipSecretMounts ?? []);
  const wanted: [(string | number)[], string][] = mounts.map(([file], index) => [["pipSecretMounts", index], file]);
  if (spec.registryConfig !== undefined) wanted.push([["registryConfig"], spec.registryConfig]);
  for (const [path, file] of wanted) {
    try {
      await access(resolve(spec.root, file), constants.R_OK);
      const stats = await stat(resolve(spec.root, file));
      if (!stats.isFile()) {
        const what = stats.isDirectory() ? "a folder" : "not a regular file";
        faults.add(path, { code: "not_a_file", message: `'${file}' is ${what}`, hint: "Name a regular file." });
      } else if (path[0] === "pipSecretMounts" && stats.size > LARGEST_SECRET) {
        const message = `'${file}' has ${stats.size} bytes, and a secret at most ${LARGEST_SECRET}`;
        faults.add(path, { code: "too_large", message, hint: "Name a file that holds the secret alone." });
      } else if (path[0] === "registryConfig") await checkRegistryConfig(path, file, spec, faults);
    } catch (error) {
      faults.addSystem(path, file, error);
    }
  }
}

/** Checks the file now; otherwise a fault would show only when a registry asks for credentials. */
async function checkRegistryConfig(
  path: (string | number)[],
  file: string,
  spec: Spec,
  faults: InputFaults,
): Promise<void> {
  const text = (await readRegularFile(resolve(spec.root, file), LARGEST_RULES)).toString("utf8");
  // As docker takes it: an empty config says nothing, and null is none.
  if (text.trim() === "") return;
  try {
    const config: unknown = JSON.parse(text) ?? {};
    if (typeof config === "object" && !Array.isArray(config)) return;
  } catch {
    // The parser's own message would quote the text, which holds passwords.
  }
  const message = `'${file}' is not a docker config: it holds no JSON object`;
  faults.add(path, { code: "not_json", message, hint: 'Write { "auths": { ... } }.' });
}
