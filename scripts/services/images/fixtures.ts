import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ensurePackages } from "../apt.ts";
import { command } from "../command.ts";
import { ensureLayer, type Layer, packFolder } from "../layer.ts";
import type { PlatformImage } from "../push-image.ts";
import { pythonImage } from "./debian.ts";

/** A base where uid and gid 1000 belong to a user `app` already. */
export async function uid1000Image(architecture: string): Promise<PlatformImage> {
  const base = await pythonImage(architecture);
  const layer = await folderLayer(`uid1000-${architecture}-1`, async (root) => {
    const [system] = base.layers;
    const read = (file: string) => command("tar", ["-xzOf", String(system?.file), `./etc/${file}`]);
    await writeInto(root, "etc/passwd", `${await read("passwd")}app:x:1000:1000:App:/home/app:/bin/sh\n`);
    await writeInto(root, "etc/group", `${await read("group")}app:x:1000:\n`);
  });
  return { ...base, layers: [...base.layers, layer] };
}

/** A base with ENTRYPOINT, CMD, USER, WORKDIR, environment and labels of its own. */
export async function ownConfigImage(architecture: string): Promise<PlatformImage> {
  const base = await pythonImage(architecture);
  const config = {
    ...base.config,
    Entrypoint: ["/usr/bin/env", "FROM_ENTRYPOINT=yes"],
    Cmd: ["python3", "-c", "import os; print('own', os.environ['FROM_ENTRYPOINT'])"],
    User: "nobody",
    WorkingDir: "/srv",
    Env: [...(base.config.Env as string[]), "OWN=kept", "PYTHONPATH=/srv/own"],
    Labels: { "com.example.own": "kept" },
  };
  const layer = await folderLayer("own-config-1", async (root) => {
    await writeInto(root, "srv/own/own_module.py", "VALUE = 'from the base'\n");
  });
  return { ...base, layers: [...base.layers, layer], config };
}

/** A base with Python but without any shell. */
export async function pythonDistrolessImage(architecture: string): Promise<PlatformImage> {
  const base = await pythonImage(architecture);
  // Whiteouts: /bin is a link to usr/bin in the base.
  const layer = await folderLayer("python-distroless-1", async (root) => {
    for (const shell of ["sh", "bash", "dash", "rbash"]) await writeInto(root, `usr/bin/.wh.${shell}`, "");
  });
  return { ...base, layers: [...base.layers, layer] };
}

/**
 * The Python base without package managers and without files that no test of processes or files looks at. It has less
 * than half of the files, for suites that build on it again and again.
 */
export async function pythonSmallImage(architecture: string): Promise<PlatformImage> {
  const base = await pythonImage(architecture);
  const [system, local] = base.layers;
  if (system === undefined || local === undefined) throw new Error("the Python base has no two layers");
  const layer = await folderLayer(`python-small-${architecture}-1`, async (root) => {
    const left = LEFT_OUT.map((path) => `--exclude=./${path}`);
    await command("tar", ["-xzf", system.file, "-C", root, "--wildcards", "--wildcards-match-slash", ...left]);
  });
  return { ...base, layers: [layer, local] };
}

/** Paths of Debian that neither a shell nor Python needs to run. */
const LEFT_OUT = [
  ...["cache", "lib/apt", "lib/dpkg", "log"].map((name) => `var/${name}/*`),
  ...["common-licenses", "keyrings", "perl5", "zoneinfo"].map((name) => `usr/share/${name}/*`),
  ...["apt*", "dpkg*", "perl*", "openssl", "localedef", "gpgv"].map((name) => `usr/bin/${name}`),
  ...["usr/sbin/*", "usr/lib/apt/*", "dev/*"],
  ...["gconv", "perl-base", "security"].map((name) => `usr/lib/*-linux-gnu/${name}/*`),
  ...["apt", "db-5", "gcrypt", "gnutls", "krb5", "mvec", "p11-kit", "sepol", "stdc++", "systemd", "unistring"].map(
    (name) => `usr/lib/*-linux-gnu/lib${name}*`,
  ),
  ...["ensurepip", "idlelib", "lib2to3", "pydoc_data", "test"].map((name) => `usr/lib/python3.11/${name}/*`),
];

/** A base for the host's architecture with one static program, `/bin/cat`: no shell, no passwd, no Python. */
export async function noShellImage(architecture: string): Promise<PlatformImage> {
  const layer = await folderLayer(`no-shell-${architecture}-1`, async (root) => {
    await ensurePackages({ "/bin/busybox": "busybox-static" });
    await writeInto(root, "etc/greeting", "no shell here\n");
    await mkdir(join(root, "bin"));
    await copyFile("/bin/busybox", join(root, "bin/cat"));
    await chmod(join(root, "bin/cat"), 0o755);
  });
  return { architecture, layers: [layer], config: { Cmd: ["/bin/cat", "/etc/greeting"] } };
}

/** A base for the host's architecture with the musl C library and busybox as its shell, like Alpine; no Python. */
export async function muslImage(architecture: string): Promise<PlatformImage> {
  const layer = await folderLayer(`musl-${architecture}-1`, async (root) => {
    await ensurePackages({ "/bin/busybox": "busybox-static", [muslLoader()]: "musl" });
    await mkdir(join(root, "bin"));
    await copyFile("/bin/busybox", join(root, "bin/busybox"));
    await chmod(join(root, "bin/busybox"), 0o755);
    const applets = (await command("/bin/busybox", ["--list"])).split("\n").filter((name) => name !== "");
    for (const name of applets) if (name !== "busybox") await symlink("busybox", join(root, "bin", name));
    await mkdir(join(root, "lib"));
    await copyFile(muslLoader(), join(root, muslLoader()));
    await chmod(join(root, muslLoader()), 0o755);
    await mkdir(join(root, "tmp"));
    await chmod(join(root, "tmp"), 0o1777);
    await mkdir(join(root, "root"), { mode: 0o700 });
    await writeInto(root, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n");
    await writeInto(root, "etc/group", "root:x:0:root\nnobody:x:65534:\n");
    await writeInto(root, "etc/os-release", 'ID=musl-fixture\nPRETTY_NAME="musl and busybox"\n');
  });
  return { architecture, layers: [layer], config: { Env: ["PATH=/usr/local/bin:/usr/bin:/bin"], Cmd: ["/bin/sh"] } };
}

function muslLoader(): string {
  return `/lib/ld-musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`;
}

function folderLayer(name: string, fill: (root: string) => Promise<void>): Promise<Layer> {
  return ensureLayer(name, async (tar) => {
    const root = await mkdtemp(join(tmpdir(), "imagespec-layer-"));
    try {
      await chmod(root, 0o755);
      await fill(root);
      await packFolder(root, tar);
    } finally {
      await rm(root, { recursive: true });
    }
  });
}

async function writeInto(root: string, path: string, text: string): Promise<void> {
  await mkdir(join(root, dirname(path)), { recursive: true });
  await writeFile(join(root, path), text, { mode: 0o644 });
}
