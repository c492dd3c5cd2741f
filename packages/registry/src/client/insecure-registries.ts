import { ImageSpecError } from "../errors/image-spec-error.ts";
import { nameBreach } from "../reference/reference-grammar.ts";

/**
 * Reads the value of IMAGESPEC_INSECURE_REGISTRIES: `registry.lan:5000,10.0.0.7`, registries that may be spoken to
 * without TLS, and whose certificates are not checked.
 *
 * @throws ImageSpecError E_OPTIONS that names the entry.
 */
export function insecureRegistries(text: string | undefined): string[] {
  const hosts = (text ?? "").split(",").map((part) => part.trim());
  return hosts.filter((host) => host !== "").map(checkedHost);
}

/** True when one of `hosts` is this one; an entry without a port stands for all ports of a host. */
export function namesHost(hosts: readonly string[], host: string): boolean {
  const wanted = host.toLowerCase();
  return hosts.some((entry) => [wanted, wanted.replace(/:\d+$/, "")].includes(entry.toLowerCase()));
}

function checkedHost(host: string): string {
  // With a path the host is one for the grammar, whatever it looks like.
  const wrong = /[/@\s]/.test(host) || nameBreach(`${host.includes(":") ? host : `${host}:443`}/x`) !== undefined;
  if (!wrong) return host;
  throw new ImageSpecError("E_OPTIONS", `'${host}' is not a registry host`, {
    hint: "Write HOST or HOST:PORT, and separate several by commas: registry.lan:5000.",
  });
}
