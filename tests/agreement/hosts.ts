import { execFile } from "node:child_process";
import { chmod, mkdir, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { ensureNode } from "../../scripts/services/node.ts";
import { type PlannedFile, type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

/** A machine that a spec is built on, as far as a process can see. */
export interface Host {
  name: string;
  /** The whole environment besides PATH, HOME, TMPDIR and the cache. */
  env: Record<string, string>;
  /** Below HOME. */
  home: Record<string, string>;
  /** Shell scripts by name, before all others on PATH. */
  programs: Record<string, string>;
  /** Beside the project, in the folders above it. */
  parents: Record<string, string>;
  umask: string;
  /** Path of Node. */
  node: string;
  /** Where the command is run: in the project, or above it. */
  runsIn: "project" | "parent";
  /** Whether the cache was filled by an earlier build. */
  isWarm: boolean;
}

const NOWHERE = "http://127.0.0.1:9";

/** Settings that would change what is installed, or keep it from being installed, if anybody obeyed them. */
const MISLEADING: Record<string, string> = {
  UV_INDEX_URL: `${NOWHERE}/simple`,
  UV_DEFAULT_INDEX: `${NOWHERE}/simple`,
  UV_EXTRA_INDEX_URL: `${NOWHERE}/more`,
  UV_EXCLUDE_NEWER: "2020-01-01T00:00:00Z",
  UV_RESOLUTION: "lowest",
  UV_PRERELEASE: "allow",
  UV_NO_BINARY: "1",
  UV_OFFLINE: "1",
  UV_PYTHON: "3.9",
  UV_CONFIG_FILE: "/nowhere/uv.toml",
  UV_COMPILE_BYTECODE: "1",
  UV_CONSTRAINT: "/nowhere/limits.txt",
  PIP_INDEX_URL: `${NOWHERE}/simple`,
  PIP_NO_DEPS: "1",
  PIP_PRE: "1",
  PIP_CONFIG_FILE: "/nowhere/pip.conf",
  PYTHONPATH: "/nowhere",
  PYTHONHOME: "/nowhere",
  PYTHONDONTWRITEBYTECODE: "1",
  PYTHONHASHSEED: "7",
  VIRTUAL_ENV: "/nowhere/venv",
  CONDA_PREFIX: "/nowhere/conda",
  CONDA_CHANNELS: "nowhere",
  CONDARC: "/nowhere/condarc",
  MAMBA_ROOT_PREFIX: "/nowhere/mamba",
  LANG: "tr_TR.UTF-8",
  LC_ALL: "tr_TR.UTF-8",
  TZ: "Pacific/Kiritimati",
  HTTP_PROXY: NOWHERE,
  HTTPS_PROXY: NOWHERE,
  http_proxy: NOWHERE,
  NO_PROXY: "localhost,127.0.0.1",
  no_proxy: "localhost,127.0.0.1",
  GIT_DIR: "/nowhere/.git",
  FORCE_COLOR: "1",
};

const UV_TOML = `index-url = "${NOWHERE}/simple"\nresolution = "lowest"\n`;
const PIP_CONF = `[global]\nindex-url = ${NOWHERE}/simple\nno-deps = true\n`;

/** Configuration of every tool, as a user may have it. */
const CONFIGURED: Record<string, string> = {
  ".config/uv/uv.toml": UV_TOML,
  ".config/pip/pip.conf": PIP_CONF,
  ".pip/pip.conf": PIP_CONF,
  ".condarc": "channels: [nowhere]\nchannel_priority: disabled\n",
  ".mambarc": "channels: [nowhere]\n",
  ".gitconfig": "[core]\n\texcludesFile = ~/ignored\n\tautocrlf = true\n\tfileMode = false\n[safe]\n\tdirectory = *\n",
  ".config/git/ignore": "*.txt\n",
  ignored: "*.py\n",
  ".docker/config.json": `{"proxies":{"default":{"httpProxy":"${NOWHERE}"}},"auths":{"registry.example.org":{"auth":"YTpi"}}}\n`,
  ".netrc": "machine registry.example.org login a password b\n",
};

/**
 * Other versions of the tools that choose versions: each prints its version, and fails when asked to do anything else.
 */
const OTHER_TOOLS: Record<string, string> = {
  uv: 'case "$1" in --version) echo "uv 0.9.3" ;; *) exit 9 ;; esac',
  micromamba: 'case "$1" in --version) echo 1.4.0 ;; *) exit 9 ;; esac',
};

/** The hosts on which a spec must build to the same image; the first is the plainest. */
export async function differentHosts(): Promise<Host[]> {
  const plain: Host = {
    name: "plain",
    env: { LANG: "C" },
    home: {},
    programs: {},
    parents: {},
    umask: "022",
    node: process.execPath,
    runsIn: "project",
    isWarm: false,
  };
  return [
    plain,
    { ...plain, name: "with-a-filled-cache", isWarm: true },
    {
      ...plain,
      name: "with-settings-in-the-environment",
      env: MISLEADING,
      umask: "077",
      node: await ensureNode("22.23.3"),
      runsIn: "parent",
    },
    {
      ...plain,
      name: "with-settings-in-files",
      env: { LC_ALL: "C.UTF-8", TZ: "America/St_Johns" },
      home: CONFIGURED,
      programs: OTHER_TOOLS,
      parents: {
        "uv.toml": UV_TOML,
        "pip.conf": PIP_CONF,
        "pyproject.toml": `[tool.uv]\n${UV_TOML}`,
        ".python-version": "3.9\n",
        ".dockerignore": "*\n",
        ".gitattributes": "* text eol=crlf\n",
      },
      umask: "002",
      node: await ensureNode("26.10.0"),
    },
  ];
}

/** A project as it lies on a host, and the command run there. */
export class Checkout implements AsyncDisposable {
  readonly #folder: TemporaryFolder;
  readonly #host: Host;

  private constructor(folder: TemporaryFolder, host: Host) {
    this.#folder = folder;
    this.#host = host;
  }

  static async make(host: Host, files: Record<string, PlannedFile>): Promise<Checkout> {
    const folder = await temporaryFolder();
    const write = async (below: string, texts: Record<string, string>) => {
      for (const [name, text] of Object.entries(texts)) {
        await mkdir(dirname(join(folder.path, below, name)), { recursive: true });
        await writeFile(join(folder.path, below, name), text, { mode: 0o600 });
      }
    };
    for (const name of ["home", "tmp", "above/project"]) await mkdir(join(folder.path, name), { recursive: true });
    await write("home", host.home);
    await write("above", host.parents);
    await mkdir(join(folder.path, "programs"));
    for (const [name, text] of Object.entries(host.programs))
      await writeFile(join(folder.path, "programs", name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    await layOut(join(folder.path, "above/project"), files, Number.parseInt(host.umask, 8));
    await promisify(execFile)("git", ["init", "-q"], { cwd: join(folder.path, "above/project") });
    return new Checkout(folder, host);
  }

  /** Runs the workspace's command. */
  run(main: string, args: readonly string[], shared: Record<string, string>, cache: string): Promise<string> {
    const { env, umask, node, runsIn } = this.#host;
    const at = (name: string) => join(this.#folder.path, name);
    const project = runsIn === "project" ? "." : "./project";
    const programs = `${at("programs")}:${shared.PATH}`;
    const all = { ...shared, ...env, PATH: programs, HOME: at("home"), TMPDIR: at("tmp"), IMAGESPEC_CACHE_DIR: cache };
    const line = [
      "-c",
      `umask ${umask}; exec "$@"`,
      "sh",
      node,
      main,
      ...args.map((one) => one.replace("PROJECT", project)),
    ];
    const cwd = at(runsIn === "project" ? "above/project" : "above");
    return new Promise((resolve, reject) => {
      execFile("/bin/sh", line, { cwd, env: all, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
        if (error) reject(new Error(`${args.join(" ")} on ${this.#host.name}: ${error.message}\n${stdout}${stderr}`));
        else resolve(stdout);
      });
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#folder[Symbol.asyncDispose]();
  }
}

/**
 * Lays files as a checkout under the umask would: other modes but for the executable bit, another order and other
 * times.
 */
async function layOut(folder: string, files: Record<string, PlannedFile>, umask: number): Promise<void> {
  const entries = Object.entries(files);
  if (umask !== 0o022) entries.reverse();
  for (const [name, content] of entries) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    if (typeof content === "object" && "link" in content) {
      await symlink(content.link, path);
      continue;
    }
    if (typeof content === "object" && "folder" in content) continue;
    const { text, mode } = typeof content === "string" ? { text: content, mode: 0o644 } : content;
    await writeFile(path, text);
    await chmod(path, (mode & 0o100 ? 0o777 : 0o666) & ~umask);
    await utimes(path, umask, umask * 1_000_000);
  }
}
