import { chmod, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { debianMirror, ensurePackages } from "../apt.ts";
import { command, say } from "../command.ts";
import { ensureLayer, type Layer, packFolder } from "../layer.ts";
import type { PlatformImage } from "../push-image.ts";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Debian bookworm without documentation, the content of `debian:bookworm-slim`. */
export async function debianImage(architecture: string): Promise<PlatformImage> {
  return plainImage(
    architecture,
    await debianLayer("bookworm", "debian", { architecture, include: "ca-certificates" }),
  );
}

/** Debian trixie without documentation and, as in `debian:trixie-slim`, without certificates. */
export async function trixieImage(architecture: string): Promise<PlatformImage> {
  return plainImage(architecture, await debianLayer("trixie", "debian-slim", { architecture }));
}

const plainImage = (architecture: string, layer: Layer): PlatformImage => ({
  architecture,
  layers: [layer],
  config: { Env: [`PATH=${PATH}`], Cmd: ["bash"] },
});

/** Debian bookworm with its Python 3.11 where the official `python:3.11-slim-bookworm` has it: /usr/local/bin. */
export async function pythonImage(architecture: string): Promise<PlatformImage> {
  const include = "ca-certificates,python3";
  const layers = [await debianLayer("bookworm", "python", { architecture, include }), await localPython()];
  const Env = [`PATH=${PATH}`, "LANG=C.UTF-8", "PYTHON_VERSION=3.11.2"];
  return { architecture, layers, config: { Env, Cmd: ["python3"] } };
}

type Release = "bookworm" | "trixie";

/** Name in the layer cache; raise the number when the layer's content changes. */
export const baseLayerName = (name: string, architecture: string, release: Release = "bookworm"): string =>
  `${name}-${release}-${architecture}-2`;

// As in the official images /usr is merged from the start: `usrmerge`, which would do it later, brings all of Perl.
// From trixie on it is so by itself.
const MERGED = ["--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr", "--include=usr-is-merged"];

function debianLayer(
  release: Release,
  name: string,
  { architecture, include }: { architecture: string; include?: string },
): Promise<Layer> {
  return ensureLayer(baseLayerName(name, architecture, release), async (tar) => {
    await ensurePackages({ mmdebstrap: "mmdebstrap" });
    say(`making the ${architecture} layer of ${name}:${release} from Debian's packages`);
    const without = ["man", "doc", "locale", "info"].map((path) => `--dpkgopt=path-exclude=/usr/share/${path}/*`);
    const flags = ["--variant=minbase", "--mode=root", "--skip=check/qemu", `--architectures=${architecture}`];
    const apt = `--aptopt=Acquire::Check-Valid-Until "false"`;
    await command("mmdebstrap", [
      ...flags,
      apt,
      ...without,
      ...(release === "bookworm" ? MERGED : []),
      ...(include === undefined ? [] : [`--include=${include}`]),
      release,
      tar,
      await debianMirror(),
    ]);
  });
}

function localPython(): Promise<Layer> {
  return ensureLayer("local-python-1", async (tar) => {
    const root = await mkdtemp(join(tmpdir(), "imagespec-layer-"));
    await chmod(root, 0o755);
    await mkdir(join(root, "usr/local/bin"), { recursive: true });
    for (const name of ["python", "python3", "python3.11"]) {
      await symlink("/usr/bin/python3.11", join(root, "usr/local/bin", name));
    }
    await packFolder(root, tar);
    await rm(root, { recursive: true });
  });
}
