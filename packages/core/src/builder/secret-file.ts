import { ImageSpecError } from "@imagespec/registry/terms";

/**
 * The path on this machine of a secret that a step names.
 *
 * @throws ImageSpecError E_INTERNAL when the request has no file for it: without the file a build would go on without
 * the secret.
 */
export function secretFile(secrets: Readonly<Record<string, string>>, id: string): string {
  const path = secrets[id];
  if (path !== undefined) return path;
  throw new ImageSpecError("E_INTERNAL", `The plan names the secret ${id}, and the request has no file for it`);
}
