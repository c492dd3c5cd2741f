import { ImageSpecError } from "@imagespec/core/builder";
import { LARGEST_SETTINGS, type ProcessEnvironment, readRegularFile } from "@imagespec/registry/terms";

/** The certificates a host trusts besides the usual ones. */
export interface HostCertificates {
  /** The file they are in, as the variable names it. */
  file: string;
  /** The variable that names it: SSL_CERT_FILE or NODE_EXTRA_CA_CERTS. */
  variable: string;
  /** Its content. */
  pem: string;
}

/**
 * The certificates build steps are to trust: the file in SSL_CERT_FILE, else in NODE_EXTRA_CA_CERTS; undefined
 * without either.
 *
 * @throws ImageSpecError E_INPUT_FILE when the file cannot be read.
 */
export async function hostCertificates(env: ProcessEnvironment): Promise<HostCertificates | undefined> {
  const variable = env.SSL_CERT_FILE ? "SSL_CERT_FILE" : "NODE_EXTRA_CA_CERTS";
  const file = env[variable];
  if (file === undefined || file === "") return undefined;
  const bytes = await readRegularFile(file, LARGEST_SETTINGS).catch((cause: unknown) => {
    throw new ImageSpecError("E_INPUT_FILE", `The certificates in ${file}, which ${variable} names, cannot be read`, {
      cause,
      hint: `Correct ${variable}, or unset it.`,
    });
  });
  return { file, variable, pem: bytes.toString("utf8") };
}
