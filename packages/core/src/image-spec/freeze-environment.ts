import { ImageSpecError, type SpecFault } from "@imagespec/registry/terms";

/** What a spec takes from an existing Python environment. */
export interface EnvironmentFreeze {
  /** `X.Y`. */
  pythonVersion: string;
  /** `name==version`, in the order asked for. */
  packages: string[];
}

/** Milliseconds in which a Python has to answer. */
const PATIENCE_MS = 30_000;

// Python looks for modules in the working directory first, where a project may have a json.py of its own.
const SCRIPT = `
import sys
sys.path[:] = [path for path in sys.path if path != ""]
import importlib.metadata as metadata, json
versions = {}
for name in json.load(sys.stdin):
    try:
        versions[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        versions[name] = None
print("\\n" + json.dumps({"python": "%d.%d" % sys.version_info[:2], "versions": versions}))
`;

/**
 * Asks a Python interpreter for its version and those of some installed packages.
 *
 * @throws ImageSpecError E_TOOL_MISSING when there is no such interpreter, E_SPEC naming every package that is not
 * installed.
 */
export async function freezeEnvironment(names: readonly string[], python?: string): Promise<EnvironmentFreeze> {
  const answer = await ask(names, python === undefined ? ["python3", "python"] : [python]);
  const missing = names.flatMap((name, index): SpecFault[] => {
    if (answer.versions[name] != null) return [];
    const message = `'${name}' is not installed in the Python ${answer.python} that was asked`;
    const hint = "Install it there, or remove it from pinnedPackages.";
    return [{ path: ["pinnedPackages", index], code: "not_installed", message, hint }];
  });
  const [first] = missing;
  if (first) {
    const message = missing.map((fault) => fault.message).join("; ");
    throw new ImageSpecError("E_SPEC", message, { hint: first.hint as string, faults: missing });
  }
  return { pythonVersion: answer.python, packages: names.map((name) => `${name}==${answer.versions[name]}`) };
}

interface Answer {
  python: string;
  versions: Record<string, string | null>;
}

async function ask(names: readonly string[], candidates: readonly string[]): Promise<Answer> {
  let cause: unknown;
  for (const python of candidates) {
    try {
      const { runTool } = await import("../process/run-tool.ts");
      const options = { input: JSON.stringify(names), signal: AbortSignal.timeout(PATIENCE_MS) };
      const { stdout } = await runTool(python, ["-c", SCRIPT], options);
      // What starts with Python, such as a sitecustomize, may print too.
      return JSON.parse(stdout.split("\n").find((line) => line.startsWith('{"python"')) ?? "") as Answer;
    } catch (error) {
      cause = error;
    }
  }
  const message = `The environment's packages are unknown: no Python answered (${candidates.join(", ")})`;
  const hint = "Activate the environment, or name its interpreter: fromEnv({ python: '/path/to/python' }).";
  throw new ImageSpecError("E_TOOL_MISSING", message, { hint, cause });
}
