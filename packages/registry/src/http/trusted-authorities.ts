import type { SecureContext } from "node:tls";
import { ImageSpecError } from "../errors/image-spec-error.ts";
import { LARGEST_SETTINGS, readRegularFile } from "../file/read-regular-file.ts";
import type { ProcessEnvironment } from "../process/process-environment.ts";

/**
 * The certificate authorities to trust: Node's own and those in the PEM files that SSL_CERT_FILE and
 * NODE_EXTRA_CA_CERTS name, which are often one. Undefined when neither is set. To be made once, for all connections:
 * OpenSSL takes longer to read the certificates than for a handshake.
 *
 * @throws ImageSpecError E_INPUT_FILE for a file that cannot be read or holds no certificate.
 */
export async function trustedAuthorities(env: ProcessEnvironment): Promise<SecureContext | undefined> {
  const files = (["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"] as const).flatMap((name) => {
    const path = env[name];
    return path ? [{ name, path }] : [];
  });
  if (files.length === 0) return undefined;
  const extra = await Promise.all(files.map(certificatesOf));
  // Loaded here: node:tls is a third of what importing this package would cost.
  const { createSecureContext, rootCertificates } = await import("node:tls");
  return createSecureContext({ ca: [...rootCertificates, ...new Set(extra)] });
}

async function certificatesOf({ name, path }: { name: string; path: string }): Promise<string> {
  const refuse = (what: string, cause?: unknown) =>
    new ImageSpecError("E_INPUT_FILE", `${name} names ${path}, which ${what}`, {
      hint: `Correct ${name} or unset it.`,
      cause,
    });
  const bytes = await readRegularFile(path, LARGEST_SETTINGS).catch((cause: unknown) => {
    throw refuse("cannot be read", cause);
  });
  const text = bytes.toString("utf8");
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw refuse("holds no PEM certificate");
}
