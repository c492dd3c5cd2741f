import { ImageSpec, type ImageSpecError, type ImageSpecParameters, resolveSpec } from "@imagespec/core";
import { readCondaFile } from "./conda-file.ts";
import { readDockerfile } from "./dockerfile.ts";
import { projectName } from "./project-name.ts";
import { projectPython } from "./project-python.ts";
import { findSources } from "./sources.ts";

/** The parameters of a first spec, and what was found and left out, as sentences for its author. */
export interface SpecDraft {
  parameters: ImageSpecParameters;
  notes: string[];
}

/**
 * Drafts a spec from what it finds in a folder: a Dockerfile, uv.lock, poetry.lock, requirements.txt, pyproject.toml,
 * environment.yml and the sources. Each part is checked as a build would check it; what does not pass is left out, with
 * a note that says why.
 */
export async function draftSpec(folder: string, signal?: AbortSignal): Promise<SpecDraft> {
  const draft: SpecDraft = { parameters: { name: await projectName(folder) }, notes: [] };
  const take = (parameters: ImageSpecParameters, source: string) =>
    extend(draft, parameters, { source, folder, signal });
  const image = await readDockerfile(folder);
  draft.notes.push(...image.notes);
  await takeEach(take, draft, image.parameters, "Dockerfile");
  const conda = await readCondaFile(folder);
  const { pythonVersion, dependencies, note } = await projectPython(folder);
  const version = conda?.pythonVersion ?? versionOver(draft.parameters, pythonVersion);
  if (version !== undefined) await take({ pythonVersion: version }, "the project");
  if (conda !== undefined) {
    await take({ condaChannels: conda.condaChannels }, conda.file);
    await takeEach(take, draft, conda.parameters, conda.file);
  } else if (!(await takeRequirements(take))) {
    await takeEach(take, draft, { packages: dependencies }, "pyproject.toml");
    if (note !== undefined) draft.notes.push(note);
  }
  const sources = await findSources(folder);
  if (sources !== undefined) await take({ sourceRoot: sources }, "the sources");
  return draft;
}

/** A python image brings its Python; on any other base it is one of our own. */
function versionOver({ baseImage }: ImageSpecParameters, wanted: string | undefined): string | undefined {
  if (typeof baseImage !== "string") return wanted;
  return /(?:^|\/)python:/.test(baseImage) ? undefined : (wanted ?? "3.12");
}

type Take = (parameters: ImageSpecParameters, source: string) => Promise<boolean>;

/** The first of these files that can be installed from. A lock names all packages there are. */
async function takeRequirements(take: Take): Promise<boolean> {
  for (const file of ["uv.lock", "poetry.lock"]) {
    if (await take({ requirements: file, packages: undefined }, file)) return true;
  }
  return take({ requirements: "requirements.txt" }, "requirements.txt");
}

/** Lists and variables item by item, so that one that is wrong does not take the others with it. */
async function takeEach(take: Take, draft: SpecDraft, parameters: ImageSpecParameters, source: string): Promise<void> {
  for (const [name, value] of Object.entries(parameters)) {
    const before = () => Object.entries(draft.parameters).find(([one]) => one === name)?.[1] as object | undefined;
    if (name === "env") {
      for (const [variable, text] of Object.entries(value as object))
        await take({ env: { ...before(), [variable]: text } }, source);
    } else if (Array.isArray(value) && name !== "entrypoint") {
      for (const item of value as string[]) await take({ [name]: [...((before() as string[]) ?? []), item] }, source);
    } else await take({ [name]: value }, source);
  }
}

interface Part {
  source: string;
  folder: string;
  signal: AbortSignal | undefined;
}

/** Adds parameters if the spec is still right with them; a missing file is not reported. */
async function extend(draft: SpecDraft, parameters: ImageSpecParameters, part: Part): Promise<boolean> {
  const extended = { ...draft.parameters, ...parameters };
  try {
    const spec = ImageSpec.parse(extended, { root: part.folder });
    const { warnings } = await resolveSpec(spec, { env: process.env, signal: part.signal });
    draft.notes.push(
      ...warnings.map((warning) => `${part.source}: ${warning}`).filter((note) => !draft.notes.includes(note)),
    );
    draft.parameters = extended;
    return true;
  } catch (error) {
    part.signal?.throwIfAborted();
    const { message } = error as Error;
    if (!/does not exist/.test(message)) draft.notes.push(noteOf(parameters, part.source, error));
    return false;
  }
}

/** What was left out, why, and what would let it in. */
function noteOf(parameters: ImageSpecParameters, source: string, error: unknown): string {
  const { message, faults: [fault] = [], hint } = error as ImageSpecError;
  const [reason = ""] = (fault?.message ?? message).replace(`${source}: `, "").split("\n");
  const cure = fault?.hint ?? hint;
  return `${source}: left out${described(parameters, source)}, since ${reason}${cure ? ` (${cure.replace(/\.$/, "")})` : ""}`;
}

/** The parameter with its value, of a list its last one; nothing where the value is the source itself. */
function described(parameters: ImageSpecParameters, source: string): string {
  const [[name, value] = ["", ""]] = Object.entries(parameters).filter(([, one]) => one !== undefined);
  const said = Array.isArray(value) && name !== "entrypoint" ? value.at(-1) : value;
  return said === source ? "" : ` ${name} ${JSON.stringify(said)}`;
}
