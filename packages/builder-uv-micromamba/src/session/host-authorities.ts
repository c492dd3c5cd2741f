import type { ProcessEnvironment } from "@imagespec/registry/terms";

/** The file of certificate authorities that this machine trusts besides the usual ones, where a variable names one. */
export function hostAuthorities(env: ProcessEnvironment = process.env): string | undefined {
  return env.SSL_CERT_FILE || env.NODE_EXTRA_CA_CERTS || undefined;
}
