import type { ImageSpecParameters } from "@imagespec/core";
import { parseSpecText } from "../parse-spec-text.ts";
import { optionalText } from "./optional-text.ts";

/** What an environment.yml asks for; for each to be taken or left out. */
export interface CondaFile {
  file: string;
  pythonVersion: string | undefined;
  condaChannels: string[] | undefined;
  parameters: ImageSpecParameters;
}

/** Reads a folder's environment.yml; undefined where there is none, or it lists nothing. */
export async function readCondaFile(folder: string): Promise<CondaFile | undefined> {
  const [file, text] = (await firstOf(folder, ["environment.yml", "environment.yaml"])) ?? [];
  if (file === undefined || text === undefined) return undefined;
  const content = await parseSpecText(text, "yaml", file).catch(() => undefined);
  const { channels, dependencies } = (content ?? {}) as { channels?: unknown; dependencies?: unknown };
  if (!Array.isArray(dependencies)) return undefined;
  const found: CondaFile = { file, pythonVersion: undefined, condaChannels: undefined, parameters: {} };
  const condaPackages: string[] = [];
  const packages: string[] = [];
  for (const entry of dependencies as unknown[]) {
    const pip = (entry as { pip?: unknown } | null)?.pip;
    if (Array.isArray(pip)) packages.push(...pip.map(String));
    else if (typeof entry !== "string") continue;
    else {
      const [, python] = /^python\s*={1,2}\s*(3\.\d+(?:\.\d+)?)(?:\.\*|\*)?\s*$/.exec(entry) ?? [];
      if (python !== undefined) found.pythonVersion = python;
      else if (!/^(?:python|pip)\b(?!-)/.test(entry)) condaPackages.push(entry);
    }
  }
  if (Array.isArray(channels) && channels.length > 0) {
    found.condaChannels = channels.map(String);
  }
  // Without a package the environment would not be a conda one.
  found.parameters = { condaPackages: condaPackages.length > 0 ? condaPackages : ["pip"], packages };
  return found;
}

async function firstOf(folder: string, names: readonly string[]): Promise<[string, string] | undefined> {
  for (const name of names) {
    const text = await optionalText(folder, name);
    if (text !== undefined) return [name, text];
  }
  return undefined;
}
