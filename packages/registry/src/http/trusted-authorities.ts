import type { SecureContext } from "node:tls";
import type { ProcessEnvironment } from "../process/process-environment.ts";
import { authorityFiles } from "./authority-files.ts";

/**
 * The certificate authorities to trust: Node's own and those of {@link authorityFiles}, which are often one file.
 * Undefined where there are none. To be made once, for all connections: OpenSSL takes longer to read the certificates
 * than for a handshake.
 *
 * @throws ImageSpecError E_INPUT_FILE for a file that cannot be read or holds no certificate.
 */
export async function trustedAuthorities(env: ProcessEnvironment): Promise<SecureContext | undefined> {
  const extra = (await authorityFiles(env)).map(({ pem }) => pem);
  if (extra.length === 0) return undefined;
  // Loaded here: node:tls is a third of what importing this package would cost.
  const { createSecureContext, rootCertificates } = await import("node:tls");
  return createSecureContext({ ca: [...rootCertificates, ...new Set(extra)] });
}
