import { readFile } from "node:fs/promises";
import { ImageSpecError } from "@imagespec/registry";

/**
 * The certificates this host trusts besides the usual ones, as PEM: the file in SSL_CERT_FILE, else in
 * NODE_EXTRA_CA_CERTS; undefined without either.
 *
 * @throws ImageSpecError E_INPUT_FILE when the file cannot be read.
 */
export async function hostCertificates(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const variable = env.SSL_CERT_FILE ? "SSL_CERT_FILE" : "NODE_EXTRA_CA_CERTS";
  const file = env[variable];
  if (file === undefined || file === "") return undefined;
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw new ImageSpecError("E_INPUT_FILE", `The certificates ${file} that ${variable} names cannot be read.`, {
      cause,
      hint: `Correct ${variable}, or unset it.`,
    });
  });
}
