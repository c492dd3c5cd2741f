import { join } from "node:path";
import { ImageSpecError, isImageSpecError, runTool, withScratchFolder } from "@imagespec/core/builder";
import type { CondaPackage, CondaSolver, RepodataRecord, VirtualPackage } from "./conda-package.ts";

interface LinkItem extends RepodataRecord {
  url: string;
  fn: string;
  subdir: string;
}

/**
 * Solves with a micromamba of the host, which installs nothing (`--dry-run`). It is kept from the host's own settings:
 * no rc files, a home of its own, virtual packages of the target instead of the host's.
 */
export function solveWithMicromamba(micromamba: string, env: NodeJS.ProcessEnv, packagesFolder: string): CondaSolver {
  return async ({ specs, channels, subdir, virtualPackages, signal }) =>
    withScratchFolder("conda", async (scratch) => {
      const args = [
        "create",
        "-y",
        "--json",
        "--dry-run",
        "--platform",
        subdir,
        "-p",
        join(scratch, "prefix"),
        "--no-pyc",
      ];
      for (const channel of channels) args.push("-c", channel);
      args.push("--override-channels", "--strict-channel-priority", ...specs);
      const result = await runTool(micromamba, args, {
        env: isolated(env, scratch, packagesFolder, virtualPackages),
        signal,
        allowFailure: true,
        errorCode: "E_RESOLVE",
      });
      return parseAnswer(result.stdout, result.tail, subdir, specs);
    });
}

const KEEP = [
  "PATH",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
];

function isolated(
  env: NodeJS.ProcessEnv,
  scratch: string,
  packagesFolder: string,
  virtualPackages: readonly VirtualPackage[],
): Record<string, string | undefined> {
  const result: Record<string, string | undefined> = {};
  for (const name of Object.keys(process.env)) result[name] = undefined;
  for (const name of KEEP) result[name] = env[name];
  // libmamba looks at the second of these before its own certificates.
  const authorities = env.SSL_CERT_FILE || env.NODE_EXTRA_CA_CERTS;
  if (authorities) for (const name of ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"]) result[name] = authorities;
  result.HOME = scratch;
  result.MAMBA_ROOT_PREFIX = join(scratch, "root");
  result.CONDA_PKGS_DIRS = packagesFolder;
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
    hint: `asked for ${specs.join(", ")}; check names, versions and condaChannels`,
    cause,
  });
}
