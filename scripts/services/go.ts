import { chmod, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensurePackages } from "./apt.ts";
import { cached } from "./cache.ts";
import { command, findProgram, say } from "./command.ts";
import { hostArchitecture } from "./uv.ts";

/** The Go that old distributions fetch through the module proxy; newer ones fetch the one a go.mod asks for. */
const TOOLCHAIN = "1.26.8";

export interface GoTool {
  name: string;
  version: string;
  /** Folder beside this file with the go.mod and go.sum that pin it and all it needs. */
  module: string;
  packages: [string, ...string[]];
  /** Value of `-X` flags, without `-X`. */
  variables?: string[];
}

/**
 * Folder with the programs of a Go module, built once and kept by version. A large module takes minutes the first time.
 */
export function ensureGoTool(tool: GoTool): Promise<string> {
  return cached(`tools/${tool.name}/${tool.version}`, async (folder) => {
    const go = await ensureGo();
    say(`building ${tool.name} ${tool.version}`);
    const flags = ["-s", "-w", ...(tool.variables ?? []).map((variable) => `-X ${variable}`)].join(" ");
    const cwd = fileURLToPath(new URL(`./${tool.module}/`, import.meta.url));
    const env = { CGO_ENABLED: "0", GOFLAGS: "-buildvcs=false" };
    await command(go, ["build", "-trimpath", `-ldflags=${flags}`, "-o", `${folder}/`, ...tool.packages], { cwd, env });
  });
}

/** A Go that is new enough to build everything here: the one on PATH, else one from the module proxy. */
async function ensureGo(): Promise<string> {
  const installed = findProgram("go");
  if (installed !== undefined && minor(await command(installed, ["env", "GOVERSION"])) >= 21) return installed;
  await ensurePackages({ go: "golang-go" });
  const folder = await cached(`tools/go/${TOOLCHAIN}`, async (target) => {
    say(`downloading Go ${TOOLCHAIN}`);
    const module = `golang.org/toolchain@v0.0.1-go${TOOLCHAIN}.linux-${hostArchitecture()}`;
    const downloaded = await command("go", ["mod", "download", "-json", module], { cwd: target, env: { GOFLAGS: "" } });
    const { Dir } = JSON.parse(downloaded) as { Dir: string };
    await command("cp", ["-r", `${Dir}/.`, target]);
    // A module has no execute bits; the toolchain's programs need them.
    await mkdir(join(target, "bin"), { recursive: true });
    await command("chmod", ["-R", "u+w", target]);
    for (const programs of ["bin", `pkg/tool/linux_${hostArchitecture()}`]) {
      for (const name of await readdir(join(target, programs))) await chmod(join(target, programs, name), 0o755);
    }
  });
  return join(folder, "bin", "go");
}

const minor = (version: string) => Number(/go1\.(\d+)/.exec(version)?.[1] ?? 0);
