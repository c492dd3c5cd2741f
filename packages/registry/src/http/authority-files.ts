import { ImageSpecError } from "../errors/image-spec-error.ts";
import { LARGEST_SETTINGS, readRegularFile } from "../file/read-regular-file.ts";
import type { ProcessEnvironment } from "../process/process-environment.ts";

/** A file of certificates that a machine trusts besides the usual ones. */
export interface AuthorityFile {
  /** The variable that names it. */
  variable: "SSL_CERT_FILE" | "NODE_EXTRA_CA_CERTS";
  /** As the variable names it. */
  file: string;
  /** Its content. */
  pem: string;
}

/**
 * The files that SSL_CERT_FILE and NODE_EXTRA_CA_CERTS name, in this order. Each was set to be used, so going on
 * without it would fail later, in words that name no variable.
 *
 * @throws ImageSpecError E_INPUT_FILE for a file that cannot be read or holds no certificate.
 */
export async function authorityFiles(env: ProcessEnvironment): Promise<AuthorityFile[]> {
  const variables = (["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"] as const).filter((variable) => env[variable]);
  return Promise.all(variables.map((variable) => authorityFile(variable, env[variable] as string)));
}

async function authorityFile(variable: AuthorityFile["variable"], file: string): Promise<AuthorityFile> {
  const refuse = (what: string, cause?: unknown) =>
    new ImageSpecError("E_INPUT_FILE", `${variable} names ${file}, which ${what}`, {
      hint: `Correct ${variable} or unset it.`,
      cause,
    });
  const bytes = await readRegularFile(file, LARGEST_SETTINGS).catch((cause: unknown) => {
    throw refuse("cannot be read", cause);
  });
  const pem = bytes.toString("utf8");
  if (pem.includes("-----BEGIN CERTIFICATE-----")) return { variable, file, pem };
  throw refuse("holds no PEM certificate");
}
