import { type BuildRequest, ImageSpecError, timedStep } from "@imagespec/core/builder";
import { isDigest, parseReference, RegistryClient } from "@imagespec/registry";
import { pushFailure } from "./failure.ts";
import { type BuildJob, runDocker } from "./job.ts";

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
  throw new ImageSpecError("E_PUSH", `docker pushed ${reference} without reporting its digest`, {
    hint: "Install docker's buildx plug-in, which records the digest.",
    details: { reference, repoDigests: known },
  });
}

/**
 * The digest of an image that was just pushed, as its registry knows it. `written` is what buildx wrote down: some
 * engines put the config's digest there, so it counts only when the registry has a manifest of that name.
 */
export async function pushedDigest(
  request: Pick<BuildRequest, "client" | "credentials" | "signal">,
  reference: string,
  written: string | undefined,
): Promise<string | undefined> {
  const { tag = "latest" } = parseReference(reference);
  const client = request.client ?? new RegistryClient({ credentials: request.credentials });
  const repository = client.repository(reference, { mirror: false });
  const call = { signal: request.signal };
  try {
    if (written !== undefined && isDigest(written) && (await repository.headManifest(written, call)) !== undefined) {
      return written;
    }
    return (await repository.headManifest(tag, call))?.digest;
  } finally {
    if (client !== request.client) await client.close();
  }
}
