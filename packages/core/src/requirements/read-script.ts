import { existsSync } from "node:fs";
import { type Problem, redact } from "@imagespec/registry";
import { pythonPackageBreach } from "../package-rules/package-rules.ts";
import { environmentOf } from "../spec/environment-of.ts";
import { isGiven } from "../spec/is-given.ts";
import type { Spec } from "../spec/spec.ts";
import { credentialBreach } from "../spec/text-rules.ts";
import { markerHolds } from "../uv-project/marker.ts";
import { parseToml } from "../uv-project/parse-toml.ts";
import { type Table, table } from "../uv-project/toml-table.ts";
import { namesPip, type Requirements } from "./requirements.ts";
import type { RequirementsFile } from "./requirements-reader.ts";

/** The form of a block of metadata, as PEP 723 states it. */
const BLOCK = /^# \/\/\/ (?<type>[a-zA-Z0-9-]+)$\s(?<content>(?:^#(?:| .*)$\s)+)^# \/\/\/$/gm;
const HINT = "Write the metadata of the script as PEP 723 says: uv add --script FILE PACKAGE.";

/**
 * The packages that a script declares inside itself (PEP 723). Nothing else of it counts, and it is not shipped. What a
 * spec says in other parameters goes into the faults: settings of uv, and a Python that the image does not have.
 */
export async function readScript(spec: Spec, { file, reader }: RequirementsFile): Promise<Requirements | undefined> {
  const found = await reader.look(file);
  if (found === undefined) return undefined;
  const refuse = (problem: Problem) => reader.refuse(file, problem);
  if (existsSync(`${file}.lock`))
    refuse({
      code: "script_lock",
      message: "a lock lies beside it, which would be ignored",
      hint: `Name what it says: uv export --script ${reader.shown(file)} --format pylock.toml -o pylock.toml.`,
    });
  const metadata = scriptMetadata(found.text);
  if ("breach" in metadata) {
    refuse(metadata.breach);
    return undefined;
  }
  const { dependencies = [], "requires-python": python, tool } = metadata.table;
  const packages = Array.isArray(dependencies) ? dependencies.filter((one) => typeof one === "string") : [];
  if (!Array.isArray(dependencies) || packages.length < dependencies.length)
    refuse({ code: "script_metadata", message: "its dependencies are not a list of texts", hint: HINT });
  for (const text of packages) {
    const breach = credentialBreach(text) ?? pythonPackageBreach(text);
    if (breach) refuse(breach);
  }
  const settings = Object.keys(table(table(tool).uv));
  if (settings.length > 0)
    refuse({
      code: "script_settings",
      message: `it sets ${settings.map((name) => `tool.uv.${name}`).join(", ")}, which an image takes from its spec alone`,
      hint: "Remove them from the script, and set them in pipIndex, pipExtraIndexUrl or pipExtraArgs.",
    });
  const breach = python === undefined ? undefined : pythonBreach(String(python), spec);
  if (breach) refuse(breach);
  const source = { from: "requirements" } as const;
  return { entries: [], packages, source, extraArgs: [], havePip: packages.some(namesPip) };
}

/** The table in a script's block of metadata. Pure. */
function scriptMetadata(text: string): { table: Table } | { breach: Problem } {
  const blocks = [...text.replaceAll("\r\n", "\n").matchAll(BLOCK)].filter(({ groups }) => groups?.type === "script");
  const breach = (message: string) => ({ breach: { code: "script_metadata", message, hint: HINT } });
  const [block] = blocks;
  if (block === undefined) return breach("it declares no packages: there is no block '# /// script' in it");
  if (blocks.length > 1) return breach("it has more than one block '# /// script'");
  const lines = (block.groups?.content ?? "").split("\n").map((line) => line.slice(line.startsWith("# ") ? 2 : 1));
  try {
    return { table: parseToml(lines.join("\n")) };
  } catch (error) {
    return breach(`its block '# /// script' is not TOML: ${redact((error as Error).message.split("\n")[0] ?? "")}`);
  }
}

/**
 * Why the Python of a spec's image is not one that `requires-python` allows. Of a version `X.Y` the newest release
 * counts.
 */
function pythonBreach(required: string, spec: Spec): Problem | undefined {
  const clauses = required.split(",").map((clause) => clause.trim());
  const read = clauses.map((clause) => /^(===|==|~=|!=|<=|>=|<|>)\s*(\d+(?:\.\d+)*(?:\.\*)?)$/.exec(clause));
  const breach = (message: string, hint: string): Problem => ({ code: "requires_python", message, hint });
  if (read.includes(null)) return breach(`its requires-python '${required}' cannot be read`, HINT);
  const version = isGiven(spec.pythonExec) ? undefined : environmentOf(spec)?.pythonVersion;
  if (version === undefined) {
    const message = `it requires Python ${required}, and the spec leaves the version to its base image`;
    return breach(message, "Set pythonVersion, or remove requires-python from the script.");
  }
  const full = version.split(".").length > 2 ? version : `${version}.9999`;
  const holds = read.every((match) =>
    markerHolds(`python_full_version ${match?.[1]} '${match?.[2]}'`, { python_full_version: full }),
  );
  if (holds) return undefined;
  const message = `it requires Python ${required}, and the image has ${version}`;
  return breach(message, "Set pythonVersion to one that the script allows.");
}
