import { type Problem, redact } from "@imagespec/registry";
import { condaChannelBreach, condaPackageBreach, pythonPackageBreach } from "../package-rules/package-rules.ts";
import type { Rule } from "../package-rules/rule.ts";
import { otherCondaPython } from "../spec/conda-python.ts";
import type { Spec } from "../spec/spec.ts";
import { credentialBreach, unprintableBreach } from "../spec/text-rules.ts";
import { table } from "../uv-project/toml-table.ts";
import { namesPip, type Requirements } from "./requirements.ts";
import type { RequirementsFile } from "./requirements-reader.ts";

const HINT = "Write it as conda does: channels, and dependencies with packages and one list under pip.";
/** What conda writes into a file and an image does not have: a name, and where the environment was on that machine. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set(["name", "prefix"]);

/** What an environment.yml says. */
export interface CondaEnvironment {
  condaPackages: string[];
  condaChannels: string[];
  /** Those under `pip`. */
  packages: string[];
  breaches: Problem[];
}

/**
 * The packages and channels that conda's environment.yml declares. It is not shipped; what cannot be said in a spec
 * goes into the faults.
 */
export async function readCondaEnvironment(
  spec: Spec,
  { file, reader }: RequirementsFile,
): Promise<Requirements | undefined> {
  const found = await reader.look(file);
  if (found === undefined) return undefined;
  const { condaPackages, condaChannels, packages, breaches } = await condaEnvironment(found.text);
  const python = spec.pythonVersion === undefined ? undefined : otherCondaPython(condaPackages, spec.pythonVersion);
  if (python !== undefined)
    breaches.push({
      code: "conflict",
      message: `it names '${python}', and pythonVersion is ${spec.pythonVersion}`,
      hint: "Drop pythonVersion, or the Python of the file.",
    });
  for (const breach of breaches) reader.refuse(file, breach);
  return {
    entries: [],
    packages,
    conda: { condaPackages, condaChannels },
    source: { from: "requirements" },
    extraArgs: [],
    havePip: [...condaPackages, ...packages].some(namesPip),
  };
}

/** Reads the text of an environment.yml. */
async function condaEnvironment(text: string): Promise<CondaEnvironment> {
  const result: CondaEnvironment = { condaPackages: [], condaChannels: [], packages: [], breaches: [] };
  const wrong = (message: string, hint = HINT) =>
    result.breaches.push({ code: "conda_environment", message: redact(message), hint });
  const { LineCounter, parseDocument } = await import("yaml");
  let content: unknown;
  try {
    const lineCounter = new LineCounter();
    // Errors are many in a file that is something else, and each would be drawn with its lines.
    const document = parseDocument(text, { logLevel: "error", merge: true, prettyErrors: false, lineCounter });
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, col } = lineCounter.linePos(error.pos[0]);
      wrong(`it is not YAML: ${error.message} at line ${line}, column ${col}`);
      return result;
    }
    content = document.toJS();
  } catch (error) {
    wrong(`it is not YAML: ${(error as Error).message.split("\n")[0]}`);
    return result;
  }
  // Nothing after a key is an empty list, as where all of its entries are commented out.
  const { channels: given, dependencies, ...rest } = table(content);
  const channels = given ?? [];
  if (!Array.isArray(dependencies)) wrong("it has no list of dependencies");
  if (!Array.isArray(channels)) wrong("its channels are not a list");
  for (const name of Object.keys(rest).filter((one) => !OF_THE_MACHINE.has(one) && !one.startsWith("x-")))
    wrong(`it sets ${name}`, name === "variables" ? "Set the variables in env." : `Take ${name} out of the file.`);
  const take = (into: string[], rule: Rule, entries: unknown) => {
    for (const entry of Array.isArray(entries) ? entries : []) {
      if (typeof entry !== "string") wrong(`it lists ${shown(entry)}, which is not text`);
      else {
        const breach = unprintableBreach(entry) ?? credentialBreach(entry) ?? rule(entry);
        if (breach) result.breaches.push(breach);
        else into.push(entry);
      }
    }
  };
  const listed = Array.isArray(dependencies) ? dependencies : [];
  const ofPip = listed.filter((entry) => {
    const { pip, ...others } = table(entry);
    return (Array.isArray(pip) || pip === null) && Object.keys(others).length === 0;
  });
  take(result.condaChannels, condaChannelBreach, channels);
  take(
    result.condaPackages,
    condaPackageBreach,
    listed.filter((entry) => !ofPip.includes(entry)),
  );
  for (const entry of ofPip) take(result.packages, pythonPackageBreach, table(entry).pip);
  return result;
}

/** A value in one line; an alias of YAML may make it a part of itself. */
function shown(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return "a list or table that holds itself";
  }
}
