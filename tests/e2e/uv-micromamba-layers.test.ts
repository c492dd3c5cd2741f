import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UvMicromambaBuilder } from "@imagespec/builder-uv-micromamba";
import { ContainerEngine } from "@imagespec/container-engine";
import { type BuildEvent, ImageBuildEngine, ImageSpec, type ImageSpecParameters } from "@imagespec/core";
import { runTool } from "@imagespec/core/builder";
import { RegistryClient, readImage } from "@imagespec/registry";
import { runContainer } from "@imagespec/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ensureArm64 } from "../../scripts/services/arm64.ts";
import { ensureNodeVersions } from "../../scripts/services/node-versions.ts";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { sampleImages } from "../support/sample-cases.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const isFull = process.env.IMAGESPEC_TEST_FULL === "1";
/**
 * A package with compiled code, and a program that uses it: in the full run numpy, which is large and of many
 * libraries.
 */
const COMPILED = isFull
  ? { pin: "numpy==2.1.0", libraries: 10, code: "import numpy; print(numpy.linalg.inv(numpy.eye(2)).tolist())" }
  : {
      pin: "markupsafe==3.0.2",
      libraries: 1,
      code: "from markupsafe import _speedups as s; print([s._escape_inner('<')])",
    };
const SAID = isFull ? "[[1.0, 0.0], [0.0, 1.0]]" : "['&lt;']";
/** A set of programs, of a hundred distributions in the full run, with data files below /opt/venv/share/jupyter. */
const JUPYTER = isFull
  ? { packages: ["jupyterlab==4.2.5"], distributions: 80, command: "lab", version: "4.2.5", data: "lab/static" }
  : {
      packages: ["ipykernel==6.29.5", "jupyter-client==8.6.3"],
      distributions: 20,
      command: "kernelspec",
      version: "8.6.3",
      data: "kernels/python3",
    };

const services = await ensureServices();
const bothPlatforms = await ensureArm64();
const docker = await ContainerEngine.connect({ env: { DOCKER_HOST: services.dockerHost } });
const folder = await temporaryFolder();
const run = randomBytes(4).toString("hex");
const MAIN = fileURLToPath(new URL("../../packages/cli/dist/main.js", import.meta.url));
beforeAll(() => {
  for (const [name, value] of Object.entries(serviceEnvironment(services))) vi.stubEnv(name, value);
  vi.stubEnv("IMAGESPEC_CACHE_DIR", join(folder.path, "cache"));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await folder[Symbol.asyncDispose]();
});

const parametersOf = (name: string, parameters: ImageSpecParameters): ImageSpecParameters => ({
  name: `layers/${run}/${name}`,
  registry: services.registry,
  platform: services.platform,
  baseImage: sampleImages(services).python,
  pythonVersion: "3.11",
  ...parameters,
});

async function build(name: string, parameters: ImageSpecParameters, options: { root?: string; output?: string } = {}) {
  const { root = folder.path, output } = options;
  const events: BuildEvent[] = [];
  const engine = new ImageBuildEngine({ builders: [new UvMicromambaBuilder()], discover: false });
  const outcome = await engine.build(new ImageSpec(parametersOf(name, parameters), { root }), {
    force: true,
    onEvent: (event) => events.push(event),
    ...(output !== undefined && { output, push: false }),
  });
  if (outcome.status !== "built") throw new Error(`not built: ${JSON.stringify(outcome)}`);
  const made = events.flatMap((event) => (event.type === "step" && event.status === "done" ? [event.name] : []));
  return { reference: outcome.reference, digest: outcome.digest, made };
}

async function shell(reference: string, script: string): Promise<string> {
  await docker.pullImage(reference);
  const entrypoint = ["/bin/sh", "-c"];
  const { exitCode, stdout, stderr } = await runContainer(docker, reference, { entrypoint, cmd: [script] });
  expect(`${exitCode} ${stderr}`).toBe("0 ");
  return stdout.trim();
}

async function diffIds(reference: string): Promise<string[]> {
  const client = new RegistryClient();
  const [name, tag = ""] = reference.split(/:(?=[^/]*$)/);
  const { config } = await readImage(client.repository(name as string), tag, { os: "linux", architecture: "amd64" });
  await client.close();
  return config.rootfs.diff_ids;
}

describe("layers", () => {
  it("have one digest from clean caches and other folders, under Node 22, 24 and 26", async () => {
    const packages = [COMPILED.pin, "requests==2.32.3"];
    const parameters = parametersOf("nodes", { packages, sourceRoot: "src", builder: "uv-micromamba" });
    const digests = new Map<string, string | undefined>();
    for (const [version, node] of [...(await ensureNodeVersions()), [process.version, process.execPath] as const]) {
      const root = join(folder.path, `nodes-${version}`);
      await mkdir(join(root, "src"), { recursive: true });
      await writeFile(join(root, "src", "main.py"), "print(1)\n");
      await writeFile(join(root, "imagespec.json"), JSON.stringify(parameters));
      const env = { IMAGESPEC_CACHE_DIR: join(root, "cache") };
      const { stdout } = await runTool(node, [MAIN, "build", "--force"], { cwd: root, env });
      digests.set(version, stdout.trim().split("@")[1]);
    }
    expect([...digests.values()]).toEqual(Array(3).fill(expect.stringMatching(/^sha256:/)));
    expect(new Set(digests.values()).size, JSON.stringify([...digests])).toBe(1);
  });

  it("one changes with a source; two change with a dependency, its own and that of its bytecode", async () => {
    await mkdir(join(folder.path, "src"), { recursive: true });
    await writeFile(join(folder.path, "src", "main.py"), "print(1)\n");
    const packages = (flask: string) => [COMPILED.pin, "requests==2.32.3", `flask==${flask}`];
    const first = await build("change", { packages: packages("3.0.3"), sourceRoot: "src" });
    expect(first.made.length).toBeGreaterThan(5);
    await writeFile(join(folder.path, "src", "main.py"), "print(2)\n");
    const source = await build("change", { packages: packages("3.0.3"), sourceRoot: "src" });
    expect(source.made.filter((name) => name !== "build the image")).toEqual(
      expect.arrayContaining([expect.stringContaining("sourceRoot")]),
    );
    expect(source.made.some((name) => name.startsWith("python packages"))).toBe(false);
    const dependency = await build("change", { packages: packages("3.1.0"), sourceRoot: "src" });
    const remade = dependency.made.filter((name) => name.startsWith("python packages"));
    expect(remade).toEqual([expect.stringContaining("flask 3.1.0")]);
    const [before, after] = [await diffIds(source.reference), await diffIds(dependency.reference)];
    expect(after.filter((id) => !before.includes(id)).length).toBe(2);
    expect(
      await shell(
        dependency.reference,
        `python /root/main.py; python -c "import flask; ${COMPILED.code}"; flask --version | tail -n +2`,
      ),
    ).toContain(`2\n${SAID}\nFlask 3.1.0\n`);
  });

  it("are accepted by crane, umoci and skopeo, from the registry, a layout and an archive", async () => {
    // Some of markupsafe's members are copied and others are not; none of six's is.
    const parameters = { packages: [...new Set(["six==1.16.0", "markupsafe==3.0.2", COMPILED.pin])] };
    const layout = join(folder.path, "layout");
    const archive = join(folder.path, "image.tar");
    const pushed = await build("readers", parameters);
    const written = await build("readers", parameters, { output: `oci:${layout}` });
    await build("readers", parameters, { output: `docker-archive:${archive}` });
    expect(written.digest).toBe(pushed.digest);
    const tag = pushed.reference.split(":").at(-1) as string;
    await runTool("crane", ["validate", "--insecure", "--remote", pushed.reference]);
    await runTool("crane", ["validate", "--tarball", archive]);
    await runTool("umoci", ["unpack", "--image", `${layout}:${tag}`, join(folder.path, "bundle")]);
    const site = join(folder.path, "bundle/rootfs/opt/venv/lib/python3.11/site-packages");
    expect(await readdir(site)).toEqual(expect.arrayContaining(["six.py", "six-1.16.0.dist-info"]));
    const code = `import six, markupsafe; ${COMPILED.code}`;
    const { stdout: loaded } = await runTool("docker", ["load", "--quiet", "--input", archive]);
    const image = loaded.trim().replace(/^Loaded image( ID)?: /, "");
    for (const one of [image, pushed.reference])
      expect((await runTool("docker", ["run", "--rm", one, "python", "-c", code])).stdout.trim()).toBe(SAID);
    await runTool("skopeo", ["copy", "-q", `oci:${layout}:${tag}`, `oci:${join(folder.path, "copied")}:x`]);
    await runTool("skopeo", ["copy", "-q", `docker-archive:${archive}`, `oci:${join(folder.path, "copied")}:y`]);
  });
});

describe("packages with unusual contents", () => {
  it("jupyter with its many distributions: data files, scripts, namespaces, shared libraries", async () => {
    const { reference } = await build("jupyter", {
      // With the library of C++, which zmq needs.
      baseImage: services.images.python,
      packages: [...JUPYTER.packages, COMPILED.pin, "zope.interface==7.0.3", "zope.event==5.0"],
    });
    const script = [
      "python -m pip --version >/dev/null 2>&1 && echo pip",
      "ls /opt/venv/lib/python3.11/site-packages | grep -c dist-info",
      `jupyter ${JUPYTER.command} --version`,
      "jupyter kernelspec list --json | python -c 'import json,sys; print(list(json.load(sys.stdin)[\"kernelspecs\"]))'",
      `python -c "import zope.interface, zope.event, zmq; ${COMPILED.code}"`,
      `ls /opt/venv/share/jupyter/${JUPYTER.data} | wc -l`,
      // Bytecode goes by the hash of its source (PEP 552: flags 3); how many go by its time instead.
      "python - <<'X'\nimport pathlib\npyc = list(pathlib.Path('/opt/venv').rglob('*.pyc'))\nprint(len(pyc), sum(p.read_bytes()[4:8] != bytes([3, 0, 0, 0]) for p in pyc))\nX",
      // Every file that a RECORD names is there, and its hash is right.
      "python - <<'X'\nimport importlib.metadata as m, hashlib, base64\nbad = [(d.name, str(f)) for d in m.distributions() for f in d.files if not f.locate().exists() or (f.hash and base64.urlsafe_b64encode(hashlib.sha256(f.locate().read_bytes()).digest()).rstrip(b'=').decode() != f.hash.value)]\nprint('bad', bad)\nX",
    ];
    const lines = (await shell(reference, script.join("\n"))).split("\n");
    expect(Number(lines[0])).toBeGreaterThan(JUPYTER.distributions);
    expect(lines[1]).toBe(JUPYTER.version);
    expect(lines[2]).toBe("['python3']");
    expect(lines[3]).toBe(SAID);
    expect(Number(lines[4])).toBeGreaterThan(2);
    expect(lines[5]).toMatch(/^[1-9]\d{2,} 0$/);
    expect(lines[6]).toBe("bad []");
  });

  it("a package with only a source distribution goes to another builder, and is named", async () => {
    const parameters = { packages: ["docopt==0.6.2"], builder: "uv-micromamba" };
    await expect(build("source-only", parameters)).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
      message: expect.stringContaining("docopt"),
    });
  });
});

describe("two platforms", () => {
  it("stand in one index, every shared object for its machine, and start", async () => {
    const { reference } = await build("platforms", {
      baseImage: bothPlatforms,
      packages: [COMPILED.pin, "six==1.16.0"],
      platform: "linux/amd64,linux/arm64",
    });
    await runTool("crane", ["validate", "--insecure", "--remote", reference]);
    for (const [architecture, machine] of [
      ["amd64", 0x3e],
      ["arm64", 0xb7],
    ] as const) {
      const root = join(folder.path, architecture);
      await mkdir(root);
      const platform = `linux/${architecture}`;
      await runTool("sh", [
        "-c",
        `crane export --insecure --platform ${platform} ${reference} - | tar x -C ${root} opt`,
      ]);
      const names = (await readdir(root, { recursive: true })).filter((name) => /\.so(\.|$)/.test(name));
      expect(names.length).toBeGreaterThanOrEqual(COMPILED.libraries);
      for (const name of names) expect((await readFile(join(root, name))).readUInt16LE(18), name).toBe(machine);
      // By its own digest: an old engine keeps only one image under the index's digest.
      const { stdout: child } = await runTool("crane", ["digest", "--insecure", "--platform", platform, reference]);
      const pinned = `${reference.replace(/:[^/:]*$/, "")}@${child.trim()}`;
      const code = `import six, platform; print(platform.machine()); ${COMPILED.code}`;
      const { stdout } = await runTool("docker", ["run", "--rm", "--platform", platform, pinned, "python", "-c", code]);
      expect(stdout.trim()).toBe(`${architecture === "amd64" ? "x86_64" : "aarch64"}\n${SAID}`);
    }
  });
});
