import { hostAuthorities } from "./host-authorities.ts";

/** Settings of uv that say where Pythons are downloaded from; they are kept, and are not part of the image. */
const KEPT = ["UV_PYTHON_DOWNLOADS_JSON_URL", "UV_PYTHON_INSTALL_MIRROR", "UV_HTTP_TIMEOUT", "UV_CONCURRENT_DOWNLOADS"];
const DROPPED = /^(UV_|PIP_|CONDA_|VIRTUAL_ENV$|PYTHON)/;

/**
 * Laid over this process's environment for uv: removes settings of host and project (undefined removes one), and adds
 * ours and the certificates the host trusts.
 */
export function uvEnvironment(cacheFolder: string, extra: Record<string, string>): Record<string, string | undefined> {
  const env: Record<string, string | undefined> = {};
  for (const name of Object.keys(process.env)) if (DROPPED.test(name) && !KEPT.includes(name)) env[name] = undefined;
  const authorities = hostAuthorities(process.env);
  if (authorities !== undefined) env.SSL_CERT_FILE = authorities;
  return { ...env, UV_CACHE_DIR: cacheFolder, UV_NO_PROGRESS: "1", NO_COLOR: "1", ...extra };
}
