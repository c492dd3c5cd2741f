import { ImageSpecError, timedStep } from "@imagespec/core/builder";
import { pushFailure } from "../failure.ts";
import { type BuildJob, runDocker } from "../job.ts";

/**
 * Pushes the image from the engine.
 *
 * @returns the manifest's digest as the registry answered it, which the engine then keeps in RepoDigests.
 */
export async function push(job: BuildJob): Promise<string> {
  const { reference } = job;
  const onLine = (line: string) => job.emit({ type: "log", stream: "stdout", line });
  const pushed = await timedStep(job.emit, `push ${reference}`, async () => {
    const result = await runDocker(job, ["push", reference], { allowFailure: true, onLine });
    if (result.exitCode !== 0) throw pushFailure(reference, result.tail);
    return result;
  });
  const digest = /\bdigest: (sha256:[0-9a-f]{64})\b/.exec(pushed.stdout)?.[1];
  const inspected = await runDocker(job, ["image", "inspect", "--format", "{{json .RepoDigests}}", reference]);
  const known = (JSON.parse(inspected.stdout) as string[] | null) ?? [];
  if (digest !== undefined && known.some((name) => name.endsWith(`@${digest}`))) return digest;
  throw new ImageSpecError("E_PUSH", `docker pushed ${reference} and does not say under which digest`, {
    hint: "Install docker's buildx plug-in, which writes the digest down.",
    details: { reference, repoDigests: known },
  });
}
