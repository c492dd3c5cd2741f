import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** An authority of a test's own, which signs a certificate for any host. */
export interface CertificateAuthority {
  /** Path of its certificate, for SSL_CERT_FILE. */
  file: string;
  /** Key and certificate of a host, in PEM; made when they are first needed. */
  certificateOf(host: string): { key: Buffer; cert: Buffer };
}

/** Makes an authority whose files are in `folder`. */
export function certificateAuthority(folder: string): CertificateAuthority {
  const at = (name: string) => join(folder, name);
  const sign = (name: string, ...args: string[]) => {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", at(`${name}.key`)];
    execFileSync("openssl", ["req", "-x509", ...key, "-days", "2", ...args, "-out", at(`${name}.pem`)], {
      stdio: "ignore",
    });
  };
  sign("ca", "-subj", "/CN=imagespec test");
  const known = new Map<string, { key: Buffer; cert: Buffer }>();
  return {
    file: at("ca.pem"),
    certificateOf(host) {
      const before = known.get(host);
      if (before !== undefined) return before;
      const names = ["-addext", `subjectAltName=DNS:${host}`, "-addext", "basicConstraints=critical,CA:FALSE"];
      sign("host", "-subj", `/CN=${host}`, ...names, "-CA", at("ca.pem"), "-CAkey", at("ca.key"));
      const made = { key: readFileSync(at("host.key")), cert: readFileSync(at("host.pem")) };
      known.set(host, made);
      return made;
    },
  };
}
