import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  ImageSpecBuilder,
  ImageSpecError,
  openShippedFile,
  runTool,
  secretTexts,
  timedStep,
  withScratchFolder,
} from "@imagespec/core/builder";
import {
  buildRegistries,
  CA_SECRET,
  checkBase,
  dockerConfig,
  hostBuildArguments,
  hostCertificates,
  judgeFailure,
  lastLines,
  renderDockerfile,
  TAIL_LINES,
  writeDockerConfig,
} from "@imagespec/dockerfile";
import { z } from "zod";

/** What runs here without emulation. */
const MACHINE = `linux/${process.arch === "x64" ? "amd64" : process.arch}`;

/** Builds with buildah: no daemon; chroot isolation also works inside an ordinary container. */
class BuildahBuilder extends ImageSpecBuilder {
  builderType = "buildah";

  optionsSchema = z.strictObject({
    isolation: z.enum(["chroot", "oci", "rootless"]).default("chroot"),
    storage: z.enum(["vfs", "overlay"]).default("vfs"),
  });

  supports({ target, plan }) {
    const refusals = [];
    if (target.platforms.join() !== MACHINE)
      refusals.push({ parameter: "platform", reason: `it builds for ${MACHINE} alone` });
    if (target.output) refusals.push({ parameter: "output", reason: "this builder pushes to a registry alone" });
    else if (!target.push) refusals.push({ parameter: "registry", reason: "this builder needs one to push to" });
    if (plan.base.kind === "layout") refusals.push({ parameter: "baseImage", reason: "it takes no OCI layouts" });
    return refusals;
  }

  async probe({ signal }) {
    try {
      const { stdout } = await runTool("buildah", ["--version"], { signal });
      return { usable: true, detail: stdout.trim() };
    } catch (error) {
      return { usable: false, reason: error.message, hint: "Install buildah: apt-get install buildah." };
    }
  }

  async buildImage(request) {
    await checkBase(request);
    return withScratchFolder("buildah", (scratch) => buildIn(scratch, request));
  }
}

async function buildIn(scratch, { plan, target, files, options, secrets, credentials, mirrors, signal, emit }) {
  const context = join(scratch, "context");
  await writeContext(context, files);
  // Steps see the host's /dev under chroot isolation, so what they need is mounted elsewhere.
  const settings = { dialect: "buildkit", builder: "buildah@1.0.0", files, mirrors, mountRoot: "/run/imagespec" };
  const { text, instructions } = renderDockerfile(plan, settings);
  await writeFile(join(scratch, "Dockerfile"), text);

  const { hosts, insecure } = buildRegistries(plan, { pushed: target.reference, mirrors, env: process.env });
  const config = await dockerConfig(hosts, credentials, signal);
  await writeDockerConfig(join(scratch, "auth"), config?.json ?? "{}");
  await writeFile(join(scratch, "registries.conf"), registriesConf(insecure));
  const args = hostBuildArguments(plan, process.env);
  const authFile = join(scratch, "auth/config.json");
  const settled = { REGISTRY_AUTH_FILE: authFile, CONTAINERS_REGISTRIES_CONF: join(scratch, "registries.conf") };
  // buildah keeps what cache mounts hold in TMPDIR, where it would stay.
  const env = { ...args, ...settled, TMPDIR: scratch };
  const ca = await hostCertificates(process.env);
  const mounted = { ...secrets, ...(ca && { [CA_SECRET]: ca.file }) };
  const hidden = [...(await secretTexts(Object.values(secrets))), ...(config?.secrets ?? [])];

  const storage = ["--root", join(scratch, "root"), "--runroot", join(scratch, "run"), ...STORAGE[options.storage]];
  const image = "localhost/imagespec-build";
  const run = async (command, flags, hint) => {
    const tail = [];
    let instruction;
    const onLine = (line, stream) => {
      // Such as `[2/2] STEP 5/13: RUN ...`: the stage, and the place of the instruction in it.
      const [step, stage = 1, place] = /^(?:\[(\d+)\/\d+\] )?STEP (\d+)\/\d+: /.exec(line) ?? [];
      if (step) instruction = instructionAt(instructions, Number(stage), Number(place));
      // buildah prints a step's whole script when it begins and when it fails; the title is shorter.
      const title = instruction?.title ?? "...";
      const said = step ? step + title : line.replace(/(?<= at STEP ").*(?=": )/, () => title);
      emit({ type: "log", stream, line: said });
      tail.push(said);
      if (tail.length > TAIL_LINES) tail.shift();
    };
    const ran = await runTool("buildah", [...storage, command, ...flags], {
      env,
      signal,
      onLine,
      redact: hidden,
      allowFailure: true,
    });
    if (ran.exitCode === 0) return;
    const verdict = judgeFailure({ plan, instruction, tail });
    const { code = "E_BUILD", what = `ended with ${ran.exitCode}` } = verdict ?? {};
    throw new ImageSpecError(code, `The build of ${plan.reference} ${what}${lastLines(tail)}`, {
      hint: verdict?.hint ?? hint,
      details: { command: ran.command, exitCode: ran.exitCode, tail },
    });
  };
  const buildah = (command, ...rest) => timedStep(emit, `buildah ${command}`, () => run(command, ...rest));
  try {
    await buildah(
      "build",
      [
        ...["--isolation", options.isolation, "--layers=false", "--format", "oci", "--platform", target.platforms[0]],
        ...Object.keys(args).flatMap((name) => ["--build-arg", name]),
        ...Object.entries(mounted).flatMap(([id, file]) => ["--secret", `id=${id},src=${file}`]),
        ...["--file", join(scratch, "Dockerfile"), "--tag", image, context],
      ],
      "Read the last lines of buildah.",
    );
    const digestFile = join(scratch, "digest");
    await buildah("push", ["--digestfile", digestFile, image, `docker://${target.reference}`], "Build again.");
    return { reference: target.reference, digest: (await readFile(digestFile, "utf8")).trim() };
  } finally {
    // A failed or cancelled build leaves its container mounted, so that the folder could not be removed.
    if (options.storage === "overlay")
      await runTool("buildah", [...storage, "rm", "--all"], { env, allowFailure: true });
  }
}

/**
 * vfs works everywhere and copies the base for each layer, so that a cancelled build has much to remove; overlay needs the
 * right to mount, and without its own mount of the folder nothing keeps that from being removed.
 */
const STORAGE = {
  vfs: ["--storage-driver", "vfs"],
  overlay: ["--storage-driver", "overlay", "--storage-opt", "overlay.skip_mount_home=true"],
};

/** The instruction at a place of a stage, both counted from 1. */
function instructionAt(instructions, stage, place) {
  const starts = instructions.flatMap(({ keyword }, index) => (keyword === "FROM" ? [index] : []));
  return instructions[(starts[stage - 1] ?? 0) + place - 1];
}

async function writeContext(folder, files) {
  await mkdir(folder, { recursive: true });
  for (const file of files) {
    const path = join(folder, file.path);
    await mkdir(file.type === "directory" ? path : dirname(path), { recursive: true });
    if (file.type === "symlink") await symlink(file.link, path);
    if (file.type === "file") await writeFile(path, openShippedFile(file), { mode: file.mode });
  }
}

const registriesConf = (hosts) =>
  hosts.map((host) => `[[registry]]\nlocation = "${host}"\ninsecure = true\n`).join("\n");

export default new BuildahBuilder();
