import { execFile } from "node:child_process";
import { mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";

export const MANAGERS = ["npm", "pnpm", "yarn", "yarn-pnp"] as const;
export type Manager = (typeof MANAGERS)[number];

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** A project that has only the published packages. */
export interface Project {
  path: string;
  /** Adds packages to the project, as `name@version`. */
  add(...packages: string[]): Promise<Ran>;
  /** Runs a program of an installed package, or node. */
  run(program: string, ...args: string[]): Promise<Ran>;
  /** Writes a file of the project. */
  write(name: string, text: string): Promise<void>;
  manifest(): Promise<{ dependencies: Record<string, string> }>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** An empty project under a package manager whose every download and cache lies inside it. */
export async function emptyProject(manager: Manager): Promise<Project> {
  const npm = inject("npm");
  const path = await realpath(await mkdtemp(join(tmpdir(), `published-${manager}-`)));
  const write = (name: string, text: string) => writeFile(join(path, name), text);
  await write("package.json", JSON.stringify({ name: "empty", version: "1.0.0", private: true, type: "module" }));
  for (const [name, text] of Object.entries(settings(manager, npm.url, path))) await write(name, text);
  const env = {
    ...environment(),
    YARN_GLOBAL_FOLDER: join(path, ".yarn-global"),
    npm_config_cache: join(path, ".npm"),
  };
  const call = (program: string, args: readonly string[]) => execute(program, args, { cwd: path, env });
  const yarn = (...args: string[]) => call(process.execPath, [npm.yarn, ...args]);
  return {
    path,
    write,
    add: (...packages) => {
      if (manager === "npm") return call("npm", ["install", "--no-audit", "--no-fund", ...packages]);
      if (manager === "pnpm") return call("pnpm", ["add", ...packages]);
      return yarn("add", ...packages);
    },
    run: (program, ...args) => {
      if (manager === "yarn-pnp") return yarn(program, ...args);
      return call(program === "node" ? process.execPath : join(path, "node_modules/.bin", program), args);
    },
    manifest: async () => JSON.parse(await readFile(join(path, "package.json"), "utf8")),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

function settings(manager: Manager, registry: string, path: string): Record<string, string> {
  if (manager === "npm") return { ".npmrc": `registry=${registry}\n` };
  if (manager === "pnpm") {
    const strict = {
      minimumReleaseAge: 0,
      strictPeerDependencies: true,
      storeDir: join(path, ".store"),
      cacheDir: join(path, ".cache"),
    };
    return { ".npmrc": `registry=${registry}\n`, "pnpm-workspace.yaml": JSON.stringify(strict) };
  }
  const yarn = {
    nodeLinker: manager === "yarn" ? "node-modules" : "pnp",
    npmRegistryServer: registry,
    unsafeHttpWhitelist: ["127.0.0.1"],
    enableTelemetry: false,
    enableImmutableInstalls: false,
    npmMinimalAgeGate: 0,
  };
  return { ".yarnrc.yml": JSON.stringify(yarn), "yarn.lock": "" };
}

/** Of this process, without what npm, pnpm and vitest put there. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|pnpm_|CI$|NODE_|VITEST|FORCE_COLOR)/i.test(name),
  );
  const workspace = fileURLToPath(new URL("../../../node_modules/.bin", import.meta.url));
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== workspace);
  return { ...Object.fromEntries(kept), PATH: folders.join(delimiter), NO_COLOR: "1" };
}

function execute(
  program: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { ...options, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") return reject(error);
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}
