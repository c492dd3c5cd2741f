import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { ensurePackages } from "./apt.ts";
import { cached } from "./cache.ts";
import { command, findProgram, say } from "./command.ts";
import { packFolder } from "./layer.ts";

export interface PythonMirror {
  /** Version of the one Python it has, `X.Y.Z`. */
  version: string;
  /** Value for UV_PYTHON_DOWNLOADS_JSON_URL: uv then knows this Python alone. Leave UV_PYTHON_INSTALL_MIRROR unset. */
  downloadsJsonUrl: string;
  close(): Promise<void>;
}

interface Facts {
  version: string;
  executable: string;
  stdlib: string;
  dynload: string;
}

/**
 * Serves a relocatable CPython for this machine's platform, in the form uv downloads, on the loopback, in this process.
 * It is made from an installed CPython: IMAGESPEC_DEV_PYTHON, else pyenv's 3.12, else Debian's python3.
 */
export async function startPythonMirror(): Promise<PythonMirror> {
  const facts = await inspect(await pythonAtHand());
  const folder = await cached(`python/${facts.version}-stripped`, (target) => makeArchive(facts, target));
  const archive = await readFile(join(folder, "python.tar.gz"));
  const server = createServer((request, response) => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    if (request.url === "/downloads.json") response.end(JSON.stringify(listing(facts.version, url, archive)));
    else if (request.url === `/${archiveName(facts.version)}`) response.end(archive);
    else response.writeHead(404).end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((closed) => {
      server.close(() => closed());
      server.closeAllConnections();
    });
  return { version: facts.version, downloadsJsonUrl: `${url}/downloads.json`, close };
}

const machine = () => (process.arch === "arm64" ? "aarch64" : "x86_64");
const archiveName = (version: string) => `cpython-${version}-${machine()}-unknown-linux-gnu-install_only.tar.gz`;

function listing(version: string, url: string, archive: Buffer): object {
  const [major, minor, patch] = version.split(".").map(Number);
  const platform = { os: "linux", arch: { family: machine(), variant: null }, libc: "gnu" };
  const sha256 = createHash("sha256").update(archive).digest("hex");
  const what = { name: "cpython", major, minor, patch, prerelease: "", variant: null, build: "1" };
  return {
    [`cpython-${version}-linux-${machine()}-gnu`]: {
      ...what,
      ...platform,
      url: `${url}/${archiveName(version)}`,
      sha256,
    },
  };
}

async function pythonAtHand(): Promise<string> {
  const given = process.env.IMAGESPEC_DEV_PYTHON;
  if (given) return given;
  const versions = join(process.env.PYENV_ROOT || join(homedir(), ".pyenv"), "versions");
  const names = (await readdir(versions).catch(() => [])).filter((name) => name.startsWith("3.12."));
  if (names[0] !== undefined) return join(versions, names[0], "bin/python3");
  await ensurePackages({ "/usr/bin/python3": "python3" });
  return "/usr/bin/python3";
}

async function inspect(python: string): Promise<Facts> {
  const script = `import json, os, platform, sys, sysconfig
paths = sysconfig.get_paths("posix_prefix")
dynload = os.path.join(paths["platstdlib"], "lib-dynload")
print(json.dumps(dict(version=platform.python_version(), executable=sys.executable, stdlib=paths["stdlib"], dynload=dynload)))`;
  const facts = JSON.parse(await command(python, ["-I", "-c", script])) as Facts;
  return { ...facts, executable: await realpath(facts.executable) };
}

/**
 * Copies the interpreter and the standard library without symbols for debuggers, as uv downloads them, and has their
 * shared libraries found by relative paths.
 */
async function makeArchive(facts: Facts, target: string): Promise<void> {
  say(`making a relocatable Python ${facts.version} of ${facts.executable}`);
  await ensurePackages({ patchelf: "patchelf", strip: "binutils" });
  const minor = facts.version.split(".").slice(0, 2).join(".");
  const root = join(target, "root");
  const [bin, lib] = [join(root, "python/bin"), join(root, "python/lib")];
  const stdlib = join(lib, `python${minor}`);
  await mkdir(bin, { recursive: true });
  const left =
    /^(test|tests|idlelib|turtledemo|tkinter|__pycache__|site-packages|dist-packages|ensurepip|config-.*|EXTERNALLY-MANAGED|_tkinter\..*|_?test.*\.so|_ctypes_test.*|nis\..*)$/;
  await cp(facts.stdlib, stdlib, { recursive: true, dereference: true, filter: (from) => !left.test(basename(from)) });
  const dynload = join(stdlib, "lib-dynload");
  if (!existsSync(dynload)) await cp(facts.dynload, dynload, { recursive: true, dereference: true });
  await mkdir(join(stdlib, "site-packages"));
  await cp(facts.executable, join(bin, `python${minor}`));
  for (const name of ["python", "python3"]) await command("ln", ["-s", `python${minor}`, join(bin, name)]);
  const modules = (await readdir(dynload)).filter((name) => name.endsWith(".so")).map((name) => join(dynload, name));
  const libraries = await sharedLibraries([facts.executable, ...modules]);
  for (const library of libraries) await cp(library, join(lib, basename(library)), { dereference: true });
  const copies = libraries.map((library) => join(lib, basename(library)));
  await command("strip", ["--strip-unneeded", join(bin, `python${minor}`), ...modules, ...copies]);
  await command("patchelf", ["--set-rpath", "$ORIGIN/../lib", join(bin, `python${minor}`)]);
  if (modules.length > 0) await command("patchelf", ["--set-rpath", "$ORIGIN/../..", ...modules]);
  if (copies.length > 0) await command("patchelf", ["--set-rpath", "$ORIGIN", ...copies]);
  await packFolder(root, join(target, "python.tar"));
  await command("gzip", ["-n", "-6", join(target, "python.tar")]);
  await rm(root, { recursive: true });
  await writeFile(join(target, "source"), `${facts.executable}\n`);
}

/** The libraries that the files load, except for the C library, whose version the base image decides. */
async function sharedLibraries(files: string[]): Promise<string[]> {
  const ofSystem = /\/(ld-linux.*|libc|libm|libdl|libpthread|librt|libutil|libresolv|libnsl|libcrypt)\.so[.0-9]*$/;
  const found = new Set<string>();
  for (const file of files) {
    const printed = await command(findProgram("ldd") ?? "ldd", [file]).catch(() => "");
    for (const match of printed.matchAll(/=> (\/\S+) \(/g)) {
      const library = match[1];
      if (library !== undefined && !ofSystem.test(library)) found.add(library);
    }
  }
  return [...found].sort();
}
