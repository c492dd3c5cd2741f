import { hostAuthorities } from "./host-authorities.ts";

/** Settings of uv that are kept: they say from where and how it downloads, and change nothing in the image. */
const KEPT = ["UV_PYTHON_DOWNLOADS_JSON_URL", "UV_PYTHON_INSTALL_MIRROR", "UV_HTTP_TIMEOUT", "UV_CONCURRENT_DOWNLOADS"];
const DROPPED = /^(UV_|PIP_|CONDA_|VIRTUAL_ENV$|PYTHON)/;

/**
 * Changes to this process's environment for uv: without the settings of host and project (undefined removes a
 * variable), with `extra` and with the certificates that the host trusts.
 */
export function uvEnvironment(cacheFolder: string, extra: Record<string, string>): Record<string, string | undefined> {
  const env: Record<string, string | undefined> = {};
  for (const name of Object.keys(process.env)) if (DROPPED.test(name) && !KEPT.includes(name)) env[name] = undefined;
  const authorities = hostAuthorities(process.env);
  if (authorities !== undefined) env.SSL_CERT_FILE = authorities;
  return { ...env, UV_CACHE_DIR: cacheFolder, UV_NO_PROGRESS: "1", NO_COLOR: "1", ...extra };
}
