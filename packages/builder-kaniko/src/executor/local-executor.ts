import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { abortedError, isImageSpecError, runTool } from "@imagespec/core/builder";
import { KANIKO_CA_PATH } from "@imagespec/dockerfile";
import { ImageSpecError, OciLayout } from "@imagespec/registry";
import { executorFailure, noImage } from "./failure.ts";
import { layoutImage } from "./layout-image.ts";
import { type ExecutorHost, type ExecutorOutcome, type ExecutorTask, KANIKO_FOLDER, LAYOUT_PATH } from "./task.ts";

export const EXECUTOR = `${KANIKO_FOLDER}/executor`;

/**
 * Why the executor must not run in this process's own file system, which it deletes and writes the image's into;
 * undefined when it may. Only a container that was made for it will do.
 */
export function localRefusal(): string | undefined {
  if (!existsSync(EXECUTOR)) return `there is no ${EXECUTOR}`;
  const marks = ["/.dockerenv", "/run/.containerenv", "/var/run/secrets/kubernetes.io/serviceaccount"];
  if (marks.some((mark) => existsSync(mark)) || process.env.container !== undefined) return undefined;
  return "this process is not in a container, and the executor deletes the file system it runs in";
}

/**
 * The container this process runs in as the place of the executor, which replaces its file system.
 *
 * @throws ImageSpecError E_UNSUPPORTED outside such a container.
 */
export function localHost(): ExecutorHost {
  const refusal = localRefusal();
  if (refusal === undefined) return { run: runLocally };
  throw new ImageSpecError("E_UNSUPPORTED", `kaniko's mode executor cannot be used here: ${refusal}`, {
    hint: 'Run in a container of an image that has kaniko, or use builderOptions { mode: "docker" }.',
  });
}

/**
 * Runs the executor beside this process, in the container both are in. What it needs lies below /kaniko, which it
 * leaves alone; everything else in the container may be gone afterwards.
 */
async function runLocally(task: ExecutorTask): Promise<ExecutorOutcome> {
  const folder = await mkdtemp(join(KANIKO_FOLDER, "imagespec-"));
  const dispose = async () => {
    for (const path of [folder, LAYOUT_PATH, KANIKO_CA_PATH]) await rm(path, { recursive: true, force: true });
  };
  try {
    const config = join(folder, "config");
    await mkdir(config, { mode: 0o700 });
    await writeFile(join(config, "config.json"), task.dockerConfig ?? "{}", { mode: 0o600 });
    if (task.certificates !== undefined) {
      await mkdir(join(KANIKO_FOLDER, "ssl", "certs"), { recursive: true });
      await writeFile(KANIKO_CA_PATH, task.certificates);
    }
    const { exitCode } = await runTool(EXECUTOR, task.args, {
      cwd: "/",
      env: { ...task.env, DOCKER_CONFIG: config },
      input: task.openContext(),
      signal: task.signal,
      onLine: (line, stream) => task.log.line(stream, line),
      allowFailure: true,
    });
    const { plan, platform, log } = task;
    const { instruction, tail } = log;
    if (exitCode !== 0)
      throw executorFailure({ subject: EXECUTOR, plan, platform, exitCode, outOfMemory: false, instruction, tail });
    const digest = layoutImage(await readFile(join(LAYOUT_PATH, "index.json"), "utf8").catch(() => ""));
    if (digest === undefined) throw noImage(EXECUTOR, platform, tail);
    task.log.end("done");
    return { source: new OciLayout(LAYOUT_PATH), digest, dispose };
  } catch (error) {
    task.log.end("failed");
    await dispose();
    if (isImageSpecError(error, "E_ABORTED")) throw abortedError(`The build of ${task.subject}`, error);
    throw error;
  }
}
