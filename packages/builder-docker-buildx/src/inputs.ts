import { stat } from "node:fs/promises";
import { type BuildRequest, ImageSpecError } from "@imagespec/core/builder";
import { buildArguments, CA_SECRET, holdsPassword, hostBuildArguments, hostCertificates } from "@imagespec/dockerfile";
import type { DockerBuildxOptions } from "./options.ts";

/** BuildKit refuses larger secrets. */
const LARGEST_SECRET = 500 * 1024;

/** What a build is given besides its context. */
export interface BuildInputs {
  /** Build arguments by name. They go to docker as environment, so that argv shows their names alone. */
  arguments: Record<string, string>;
  /** Secret id to absolute path. */
  secrets: Record<string, string>;
}

/**
 * Gathers build arguments (the host's, the options' and the plan's own) and secrets (the request's, and the
 * certificates the host trusts).
 *
 * @throws ImageSpecError E_OPTIONS when an address that would be published holds a password, E_INPUT_FILE when a file
 * cannot be read or is larger than BuildKit takes.
 */
export async function buildInputs(
  request: Pick<BuildRequest, "plan" | "secrets">,
  options: DockerBuildxOptions,
  env: NodeJS.ProcessEnv,
): Promise<BuildInputs> {
  const host = hostBuildArguments(request.plan, env);
  if (options.provenance === "max") {
    const published = Object.keys(host).find((name) => /_proxy$/i.test(name) && holdsPassword(host[name] ?? ""));
    if (published !== undefined) throw passwordInProxy(published);
  }
  const secrets = { ...request.secrets };
  for (const [id, file] of Object.entries(secrets)) {
    await checkSecret(`secret ${file} (${id})`, file, "Correct the path in pipSecretMounts, or mount a smaller file.");
  }
  const certificates = await hostCertificates(env);
  if (certificates !== undefined) {
    const { file, variable } = certificates;
    await checkSecret(
      `file ${file}, named by ${variable},`,
      file,
      `Name a file of the needed certificates in ${variable}.`,
    );
    secrets[CA_SECRET] = file;
  }
  return { arguments: { ...host, ...options.buildArgs, ...buildArguments(request.plan) }, secrets };
}

async function checkSecret(subject: string, file: string, hint: string): Promise<void> {
  const found = await stat(file).catch((cause: unknown) => {
    throw new ImageSpecError("E_INPUT_FILE", `The ${subject} cannot be read`, { cause, hint });
  });
  if (found.isFile() && found.size <= LARGEST_SECRET) return;
  throw new ImageSpecError("E_INPUT_FILE", `The ${subject} is not a file of at most ${LARGEST_SECRET} bytes`, { hint });
}

function passwordInProxy(name: string): ImageSpecError {
  return new ImageSpecError(
    "E_OPTIONS",
    `${name} holds a user name or password, which provenance "max" would publish with the image`,
    { hint: `Use provenance "min", or set ${name} to an address without one.` },
  );
}
