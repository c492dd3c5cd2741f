import { stat } from "node:fs/promises";
import { type BuildRequest, ImageSpecError } from "@imagespec/core/builder";
import { buildArguments, CA_SECRET } from "@imagespec/dockerfile";
import type { DockerBuildxOptions } from "../options/options.ts";

const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY"];
const PYTHON_SOURCES = ["UV_PYTHON_INSTALL_MIRROR", "UV_PYTHON_DOWNLOADS_JSON_URL"];
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
 * Gathers build arguments (values no line of a Dockerfile can hold, the host's proxies, uv's download addresses where
 * a Python is downloaded, the options' own) and secrets (the request's, and the certificates the host trusts).
 *
 * @throws ImageSpecError E_OPTIONS when an address that would be published holds a password, E_INPUT_FILE when a secret file is missing.
 */
export async function buildInputs(
  request: Pick<BuildRequest, "plan" | "secrets" | "emit">,
  options: DockerBuildxOptions,
  env: NodeJS.ProcessEnv,
): Promise<BuildInputs> {
  const environment = request.plan.steps.environment;
  const downloads = environment?.manager === "venv" && environment.python.from === "version";
  const names = [...PROXIES, ...PROXIES.map((name) => name.toLowerCase()), ...(downloads ? PYTHON_SOURCES : [])];
  const fromHost: Record<string, string> = {};
  for (const name of names) {
    const value = env[name];
    if (value === undefined || value === "") continue;
    if (PYTHON_SOURCES.includes(name) && /\/\/[^/]*@/.test(value)) throw passwordInAddress(name);
    if (options.provenance === "max" && /(^|\/\/)[^/]*@/.test(value)) throw passwordInProxy(name);
    fromHost[name] = value;
  }
  for (const [id, file] of Object.entries(request.secrets)) await checkSecret(id, file);
  const certificates = await hostCertificates(request, env);
  return {
    arguments: { ...fromHost, ...options.buildArgs, ...buildArguments(request.plan) },
    secrets: { ...request.secrets, ...(certificates === undefined ? {} : { [CA_SECRET]: certificates }) },
  };
}

/** The file with the certificates this host trusts, or undefined. */
async function hostCertificates(
  { emit }: Pick<BuildRequest, "emit">,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const variable = env.SSL_CERT_FILE ? "SSL_CERT_FILE" : "NODE_EXTRA_CA_CERTS";
  const file = env[variable];
  if (file === undefined || file === "") return undefined;
  const size = await stat(file).then(
    (found) => found.size,
    () => undefined,
  );
  if (size !== undefined && size <= LARGEST_SECRET) return file;
  const why = size === undefined ? "cannot be read" : `has ${size} bytes, and BuildKit takes ${LARGEST_SECRET}`;
  emit({ type: "warning", message: `build steps go without the certificates of ${variable}: ${file} ${why}` });
  return undefined;
}

async function checkSecret(id: string, file: string): Promise<void> {
  const found = await stat(file).catch((cause: unknown) => {
    throw new ImageSpecError("E_INPUT_FILE", `The secret file ${file} (${id}) cannot be read.`, {
      cause,
      hint: "Correct the path in pipSecretMounts, or the file's permissions.",
    });
  });
  if (!found.isFile() || found.size > LARGEST_SECRET) {
    throw new ImageSpecError(
      "E_INPUT_FILE",
      `The secret ${file} (${id}) is no file of up to ${LARGEST_SECRET} bytes.`,
      {
        hint: "BuildKit takes nothing else: mount a smaller file.",
      },
    );
  }
}

function passwordInProxy(name: string): ImageSpecError {
  return new ImageSpecError(
    "E_OPTIONS",
    `${name} holds a user name or password, which provenance "max" would publish with the image.`,
    { hint: `Use provenance "min", or set ${name} to an address without one.` },
  );
}

function passwordInAddress(name: string): ImageSpecError {
  return new ImageSpecError(
    "E_OPTIONS",
    `${name} holds a user name or password, which the image's history would keep.`,
    {
      hint: `Set ${name} to an address without one, or unset it.`,
    },
  );
}
