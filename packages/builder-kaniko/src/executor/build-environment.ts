import type { BuildPlan } from "@imagespec/core/builder";
import { buildArguments } from "@imagespec/dockerfile";

/** Predefined build arguments: usable in every step without ARG, and in no image's history. */
const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY"];
/** Where uv fetches the Pythons it manages. */
const PYTHON_SOURCES = ["UV_PYTHON_INSTALL_MIRROR", "UV_PYTHON_DOWNLOADS_JSON_URL"];

/**
 * The build arguments of a plan on this host, by name. They go to the executor as environment variables: its argv,
 * which everybody on the machine can read, names them alone.
 */
export function buildEnvironment(plan: BuildPlan, env: NodeJS.ProcessEnv): Record<string, string> {
  const environment = plan.steps.environment;
  const managed = environment?.manager === "venv" && environment.python.from === "version";
  const names = [...PROXIES, ...PROXIES.map((name) => name.toLowerCase()), ...(managed ? PYTHON_SOURCES : [])];
  const values = buildArguments(plan);
  for (const name of names) {
    const value = env[name];
    if (value !== undefined && value !== "") values[name] = value;
  }
  return values;
}
