import { join } from "node:path";
import { ImageSpecError, isImageSpecError, runTool } from "@imagespec/core/builder";
import type { ProcessEnvironment } from "@imagespec/registry/terms";
import { hostAuthorities } from "../session/host-authorities.ts";
import { withoutVariables } from "../session/without-variables.ts";
import type { CondaPackage, CondaSolver, RepodataRecord, VirtualPackage } from "./conda-package.ts";

interface LinkItem extends RepodataRecord {
  url: string;
  fn: string;
  subdir: string;
}

/**
 * Solves with a micromamba of the host, which installs nothing (`--dry-run`). It is kept from the host's own settings:
 * no rc files, home and temporary files in `scratch`, virtual packages of the target instead of the host's.
 */
export function solveWithMicromamba(micromamba: string, surroundings: Surroundings): CondaSolver {
  return async ({ specs, channels, subdir, virtualPackages, signal }) => {
    const args = ["create", "-y", "--json", "--dry-run", "--platform", subdir];
    args.push("-p", join(surroundings.scratch, "prefix"), "--no-pyc");
    for (const channel of channels) args.push("-c", channel);
    args.push("--override-channels", "--strict-channel-priority", ...specs);
    const result = await runTool(micromamba, args, {
      env: isolated(surroundings, virtualPackages),
      signal,
      allowFailure: true,
      errorCode: "E_RESOLVE",
    });
    return parseAnswer(result.stdout, result.tail, subdir, specs);
  };
}

/** What micromamba runs with. */
interface Surroundings {
  env: ProcessEnvironment;
  /** A folder of this call. */
  scratch: string;
  /** Its cache of packages. */
  packages: string;
}

const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];
const KEPT = ["PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", ...PROXIES, ...PROXIES.map((name) => name.toLowerCase())];

function isolated(
  { env, scratch, packages }: Surroundings,
  virtualPackages: readonly VirtualPackage[],
): Record<string, string | undefined> {
  const result: Record<string, string | undefined> = withoutVariables(() => true);
  for (const name of KEPT) result[name] = env[name];
  // libmamba prefers the second of these to its own certificates.
  const authorities = hostAuthorities(env);
  if (authorities !== undefined) for (const name of ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"]) result[name] = authorities;
  result.HOME = scratch;
  result.MAMBA_ROOT_PREFIX = join(scratch, "root");
  result.TMPDIR = scratch;
  result.CONDA_PKGS_DIRS = packages;
  result.MAMBA_NO_RC = "true";
  for (const { name, version, build } of virtualPackages) {
    const variable = `CONDA_OVERRIDE_${name.slice(2).toUpperCase()}`;
    result[variable] = name === "__archspec" ? build : version;
  }
  return result;
}

function parseAnswer(
  stdout: string,
  tail: readonly string[],
  subdir: string,
  specs: readonly string[],
): CondaPackage[] {
  let answer: { success?: boolean; actions?: { LINK?: LinkItem[] }; solver_problems?: string[] };
  try {
    answer = JSON.parse(stdout);
  } catch (cause) {
    throw refused(subdir, specs, tail.join("\n"), cause);
  }
  if (answer.success !== true) throw refused(subdir, specs, answer.solver_problems?.join("; ") || tail.join("\n"));
  return (answer.actions?.LINK ?? []).map((item) => {
    const { url, fn, ...record } = item;
    const folder = url.slice(0, url.lastIndexOf("/"));
    const slash = folder.lastIndexOf("/");
    return { record, fn, url, subdir: folder.slice(slash + 1), channel: folder.slice(0, slash) };
  });
}

function refused(subdir: string, specs: readonly string[], words: string, cause?: unknown): ImageSpecError {
  if (isImageSpecError(cause)) return cause;
  return new ImageSpecError("E_RESOLVE", `conda packages for ${subdir} cannot be resolved: ${words}`, {
    hint: `Check names, versions and condaChannels; the request was ${specs.join(", ")}.`,
    cause,
  });
}
