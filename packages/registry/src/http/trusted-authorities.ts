import { readFileSync } from "node:fs";
import { ImageSpecError } from "../errors/image-spec-error.ts";

/**
 * The certificate authorities to trust: Node's own and those in the PEM files that SSL_CERT_FILE and
 * NODE_EXTRA_CA_CERTS name. Undefined when neither is set. Throws E_INPUT_FILE.
 */
export async function trustedAuthorities(env: NodeJS.ProcessEnv): Promise<string[] | undefined> {
  const files = (["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"] as const).flatMap((name) => {
    const path = env[name];
    return path ? [{ name, path }] : [];
  });
  if (files.length === 0) return undefined;
  const extra = files.map(({ name, path }) => {
    try {
      const text = readFileSync(path, "utf8");
      if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
    } catch (cause) {
      throw new ImageSpecError("E_INPUT_FILE", `${name} names ${path}, which cannot be read`, {
        hint: `Correct ${name} or unset it.`,
        cause,
      });
    }
    throw new ImageSpecError("E_INPUT_FILE", `${name} names ${path}, which holds no PEM certificate`, {
      hint: `Correct ${name} or unset it.`,
    });
  });
  // Loaded here: node:tls is a third of what importing this package would cost.
  const { rootCertificates } = await import("node:tls");
  return [...rootCertificates, ...extra];
}
