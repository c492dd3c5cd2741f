import { chmod, cp, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ensurePackages } from "./apt.ts";
import { cached } from "./cache.ts";
import { command, findProgram, say } from "./command.ts";

/** The version that @imagespec/core uses by default (`uvImage`). */
export const UV_VERSION = "0.13.9";

/** Folder with `uv` and `uvx`, linked statically (the wheel for musl), for a docker architecture. */
export function ensureUv(architecture = hostArchitecture()): Promise<string> {
  const machine = architecture === "arm64" ? "aarch64" : "x86_64";
  return cached(`tools/uv-${architecture}/${UV_VERSION}`, async (folder) => {
    say(`downloading uv ${UV_VERSION} for ${architecture}`);
    if (findProgram("pip") === undefined) await ensurePackages({ pip3: "python3-pip" });
    const wheels = join(folder, "wheel");
    const platform = ["--no-deps", "--only-binary=:all:", "--platform", `musllinux_1_1_${machine}`];
    await command(findProgram("pip") ?? "pip3", ["download", "-q", ...platform, "-d", wheels, `uv==${UV_VERSION}`]);
    const [wheel] = await readdir(wheels);
    await command("python3", ["-m", "zipfile", "-e", join(wheels, String(wheel)), join(folder, "content")]);
    const scripts = join(folder, "content", `uv-${UV_VERSION}.data`, "scripts");
    await mkdir(join(folder, "bin"));
    for (const name of ["uv", "uvx"]) {
      await cp(join(scripts, name), join(folder, "bin", name));
      await chmod(join(folder, "bin", name), 0o755);
    }
    await rm(wheels, { recursive: true });
    await rm(join(folder, "content"), { recursive: true });
  }).then((folder) => join(folder, "bin"));
}

/** This machine's architecture as images name it. */
export function hostArchitecture(): string {
  return process.arch === "x64" ? "amd64" : process.arch;
}
