import { join } from "node:path";
import { ImageSpecError, type PackagesStep, runTool } from "@imagespec/core/builder";
import type { UvProgram } from "../session/find-uv.ts";
import type { SecretSettings } from "../session/secret-files.ts";
import { uvEnvironment } from "../session/uv-environment.ts";

/** A requirement by name; an address would be something to build, which would start all of this again. */
const BY_NAME =
  /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\s*(?:\[[A-Za-z0-9._,\s-]*\])?\s*(?:\(?\s*[<>=!~][^@;]*)?(?:;.*)?$/;
/**
 * Options of pipExtraArgs that say where packages are looked for, and as of when; others choose versions of the
 * image's.
 */
const PLACES = new Set(
  "--index --default-index --index-url -i --extra-index-url --find-links -f --index-strategy --exclude-newer --exclude-newer-package".split(
    " ",
  ),
);

/** What {@link makeEnvironment} is made with. */
export interface EnvironmentTools {
  uv: UvProgram;
  /** The interpreter the environment is of. */
  python: string;
  step: PackagesStep;
  secrets: SecretSettings;
  uvCache: string;
  signal: AbortSignal;
}

/** An environment for one build, into which requirements are installed as wheels, so that none of their code runs. */
export interface BuildEnvironment {
  folder: string;
  /** @throws ImageSpecError E_UNSUPPORTED for a requirement that is not a wheel. */
  install(requirements: readonly string[], subject: string): Promise<void>;
}

/** Makes an empty one in a folder that is not there yet. */
export async function makeEnvironment(folder: string, tools: EnvironmentTools): Promise<BuildEnvironment> {
  const { uv, python, step, secrets, uvCache, signal } = tools;
  const env = uvEnvironment(uvCache, { UV_NO_CONFIG: "1", ...secrets.env });
  const run = (args: string[]) => runTool(uv.path, args, { env, signal, redact: secrets.redact, allowFailure: true });
  const made = await run(["venv", "--quiet", "--no-project", "--python", python, folder]);
  if (made.exitCode !== 0)
    throw new ImageSpecError("E_INTERNAL", `uv cannot create an environment: ${made.tail.join("\n")}`);
  const options = [
    ...(step.index === undefined ? [] : ["--index-url", step.index]),
    ...step.extraIndexes.flatMap((url) => ["--extra-index-url", url]),
    ...placesOf(step.extraArgs),
    // Links into uv's cache would let a build change what others are installed from.
    ...["--only-binary", ":all:", "--link-mode", "copy"],
  ];
  return {
    folder,
    async install(requirements, subject) {
      if (requirements.length === 0) return;
      const address = requirements.find((one) => !BY_NAME.test(one.trim()));
      if (address !== undefined) throw refusal(subject, `needs '${address}' to be built, which is not a name`);
      const interpreter = join(folder, "bin", "python");
      const args = ["pip", "install", "--quiet", "--python", interpreter, ...options, "--", ...requirements];
      const { exitCode, tail } = await run(args);
      if (exitCode !== 0)
        throw refusal(
          subject,
          `needs ${requirements.join(", ")} to be built, as wheels:\n${tail.slice(-12).join("\n")}`,
        );
    },
  };
}

/** Those of the options that say where packages are looked for, with their values. */
export function placesOf(extraArgs: readonly string[]): string[] {
  return extraArgs.filter((argument, at) => {
    const before = extraArgs[at - 1];
    if (argument.startsWith("-")) return argument === "--no-index" || PLACES.has(argument.split("=")[0] as string);
    return before !== undefined && !before.includes("=") && PLACES.has(before);
  });
}

function refusal(subject: string, what: string): ImageSpecError {
  return new ImageSpecError("E_UNSUPPORTED", `${subject} ${what}`, { hint: "Build with docker-buildx or kaniko." });
}
