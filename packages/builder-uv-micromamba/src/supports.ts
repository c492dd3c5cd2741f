import { type BuildRequest, secretVariable, type Unsupported } from "@imagespec/core/builder";
import { findApt } from "./apt/system/find-apt.ts";
import type { Options } from "./options.ts";
import { MACHINES } from "./target/python-target.ts";

const UNLESS = 'which this builder does with the option sourceDistributions: "build"';
const NOT_HERE = 'sourceDistributions is "build", and another system than Linux could decide what is in the wheels';

/** What of a request needs a container to run in, or something else this builder cannot do here. */
export function supports({ plan, target, options }: BuildRequest<Partial<Options>>): Unsupported[] {
  const found: Unsupported[] = [];
  const add = (parameter: string, reason: string) => found.push({ parameter, reason });
  if (plan.steps.apt !== undefined && findApt() === undefined)
    add("aptPackages", "this host has no apt-get and dpkg-deb, which resolve and read Debian packages");
  if (plan.steps.commands !== undefined) add("commands", "commands need a running container");
  const packages = plan.steps.packages;
  const builds = options.sourceDistributions === "build";
  if (builds && process.platform !== "linux") add("builderOptions", NOT_HERE);
  if (!builds && packages?.source.from === "requirements" && packages.source.packages.some(isFromGit))
    add("packages", `a package from git must be built, ${UNLESS}`);
  if (!builds && packages?.source.from === "pylock" && packages.source.projects.length > 0)
    add("uvProject", `${packages.source.projects.map(({ name }) => name).join(", ")} must be built, ${UNLESS}`);
  // They steer a resolution; with a lock, options such as --extra would choose other packages than the lock's.
  if (packages !== undefined && packages.source.from !== "requirements" && packages.extraArgs.length > 0)
    add("pipExtraArgs", `a lock is installed as it is, without ${packages.extraArgs.join(" ")}`);
  const built = packages?.extraArgs.find((argument) => argument.startsWith("--no-binary"));
  if (packages?.source.from === "requirements" && built !== undefined)
    add("pipExtraArgs", `${built} asks for packages that are built from source, and only wheels are installed`);
  for (const { target: place } of packages?.secrets ?? [])
    if (secretVariable(place) === undefined)
      add("pipSecretMounts", `uv on the host has no setting for a file at ${place} (it takes .netrc and .gitconfig)`);
  for (const platform of target.platforms) {
    const [os, architecture = "", variant] = platform.split("/");
    if (os !== "linux" || !Object.hasOwn(MACHINES, architecture) || variant !== undefined)
      add("platform", `${platform}: only linux/amd64 and linux/arm64`);
  }
  const output = target.output?.kind ?? (target.push ? undefined : "engine");
  if (target.platforms.length > 1 && (output === "docker-archive" || output === "engine"))
    add("platform", `a docker archive and the engine take one platform, not ${target.platforms.length}`);
  return found;
}

function isFromGit(requirement: string): boolean {
  return /\bgit\+/.test(requirement);
}
