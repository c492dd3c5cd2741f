import { join } from "node:path";
import { ImageSpecError, type PackagesStep, runTool } from "@imagespec/core/builder";
import type { UvProgram } from "../session/find-uv.ts";
import type { SecretSettings } from "../session/secret-files.ts";
import { uvEnvironment } from "../session/uv-environment.ts";

/** A requirement by name. One by address would have to be built first, which would begin all of this again. */
const BY_NAME =
  /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\s*(?:\[[A-Za-z0-9._,\s-]*\])?\s*(?:\(?\s*[<>=!~][^@;]*)?(?:;.*)?$/;
/**
 * The options of pipExtraArgs that hold for build requirements, too: they say where packages are looked for, and as of
 * when. The others choose versions of the image's packages.
 */
const PLACES = new Set(
  "--index --default-index --index-url -i --extra-index-url --find-links -f --index-strategy --exclude-newer --exclude-newer-package".split(
    " ",
  ),
);

/** The tools and settings that {@link makeEnvironment} works with. */
export interface EnvironmentTools {
  uv: UvProgram;
  /** Path of the interpreter that the environment is made from. */
  python: string;
  step: PackagesStep;
  secrets: SecretSettings;
  uvCache: string;
  signal: AbortSignal;
}

/**
 * A virtual environment for one build (PEP 517). Its requirements are installed as wheels, which runs none of their
 * code.
 */
export interface BuildEnvironment {
  folder: string;
  /** @throws ImageSpecError E_UNSUPPORTED for a requirement that is not a wheel. */
  install(requirements: readonly string[], subject: string): Promise<void>;
}

/** Makes an empty environment in a folder that does not exist yet. */
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
    // Links into uv's cache would let one build change the files that others are installed from.
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

/** The options, with their values, that say where packages are looked for. */
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
