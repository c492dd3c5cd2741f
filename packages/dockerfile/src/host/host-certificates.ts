import { type AuthorityFile, authorityFiles, type ProcessEnvironment } from "@imagespec/registry/terms";

/** The certificates a host trusts besides the usual ones. */
export type HostCertificates = AuthorityFile;

/**
 * The certificates build steps are to trust: the file in SSL_CERT_FILE, else in NODE_EXTRA_CA_CERTS; undefined
 * without either.
 *
 * @throws ImageSpecError E_INPUT_FILE when a file that one of them names cannot be read, or holds no certificate.
 */
export async function hostCertificates(env: ProcessEnvironment): Promise<HostCertificates | undefined> {
  const [first] = await authorityFiles(env);
  return first;
}
