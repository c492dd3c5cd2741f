import { type BuildRequest, planStep, type Unsupported } from "@imagespec/core";
import { readOutput } from "./output/read-output.ts";
import { MACHINES } from "./resolve/python-target.ts";
import { secretKind } from "./resolve/secret-files.ts";

/** What of a request needs a container to run in, or something else this builder cannot do. Pure. */
export function unsupported({ plan, target }: BuildRequest): Unsupported[] {
  const found: Unsupported[] = [];
  const add = (parameter: string, reason: string) => found.push({ parameter, reason });
  if (planStep(plan, "apt") !== undefined) add("aptPackages", "installing Debian packages needs a running container");
  if (planStep(plan, "commands") !== undefined) add("commands", "commands need a running container");
  const packages = planStep(plan, "packages");
  if (packages?.source.from === "poetry-lock")
    add("requirements", "poetry.lock is read by poetry, which needs the image's Python");
  if (packages?.source.from === "requirements" && packages.source.packages.some((name) => /\bgit\+/.test(name)))
    add("packages", "a package from git must be built, and only wheels are installed");
  for (const { target: place } of packages?.secrets ?? [])
    if (secretKind(place) === undefined)
      add(
        "pipSecretMounts",
        `uv on the host has no setting for a file at ${place} (it takes .netrc, pip.conf, uv.toml and .gitconfig)`,
      );
  for (const platform of target.platforms) {
    const [os, architecture = "", variant] = platform.split("/");
    if (os !== "linux" || MACHINES[architecture] === undefined || variant !== undefined)
      add("platform", `${platform}: only linux/amd64 and linux/arm64`);
  }
  const output = readOutput(target)?.kind;
  if (target.platforms.length > 1 && (output === "docker-archive" || output === "engine"))
    add("platform", `a docker archive and the engine take one platform, not ${target.platforms.length}`);
  return found;
}
