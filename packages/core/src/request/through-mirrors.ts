import { parse } from "smol-toml";
import { sortByBytes } from "../files/compare-paths.ts";
import { readShippedText } from "../files/read-shipped-text.ts";
import { REQUIREMENTS, requirementTexts } from "../files/requirement-texts.ts";
import { writtenFile } from "../files/ship-files.ts";
import type { ShippedFile } from "../files/shipped-file.ts";
import { type AddressMirrors, hasMirror, throughAddressMirror } from "../mirror/address-mirrors.ts";
import { DEFAULT_INDEX } from "../mirror/default-index.ts";
import { splitLock } from "../mirror/lock-requirements.ts";
import { mirroredArguments, mirroredRequirements, namesDefaultIndex } from "../mirror/mirrored-requirements.ts";
import { poetrySources, uvIndexes } from "../mirror/project-indexes.ts";
import type { BuildPlan, PackagesStep } from "../plan/plan.ts";
import type { Table } from "../uv-project/toml-table.ts";
import { uvLockAsPylock } from "../uv-project/uv-lock-as-pylock.ts";

/** What a builder carries out, and the files it does so with. */
export interface Work {
  plan: BuildPlan;
  files: readonly ShippedFile[];
}

/** Where what indexes serve of a lock is written, and the rest of the lock. */
const LOCKED = "requirements/locked.txt";
const REST = "requirements/pylock.toml";
const PROJECTS = "requirements/projects/";

/**
 * The work with every package index, channel and archive asked through its mirror. The same is installed: what a lock
 * pins is checked by the same hashes. Tag and labels stay, since they were made before. Reads requirement files and
 * locks.
 *
 * @throws ImageSpecError E_FILE_CHANGED, E_INPUT_FILE for a uv.lock without a project of its own.
 */
export async function throughMirrors(work: Work, mirrors: AddressMirrors): Promise<Work> {
  const { apt, environment, packages } = work.plan.steps;
  const installed = packages === undefined ? undefined : await mirroredPackages(packages, work, mirrors);
  return {
    plan: {
      ...work.plan,
      steps: {
        ...work.plan.steps,
        apt: apt && { ...apt, mirrors },
        environment: environment?.manager === "conda" ? { ...environment, mirrors } : environment,
        packages: installed?.step ?? packages,
      },
    },
    files: installed?.files ?? work.files,
  };
}

/** A step that installs packages, and the files it does so with. */
interface Installation {
  step: PackagesStep;
  files: readonly ShippedFile[];
}

async function mirroredPackages(step: PackagesStep, work: Work, mirrors: AddressMirrors): Promise<Installation> {
  const through = (address: string) => throughAddressMirror(address, mirrors);
  const { source } = step;
  const mirrored: PackagesStep = {
    ...step,
    index: step.index && through(step.index),
    extraIndexes: step.extraIndexes.map(through),
    extraArgs: mirroredArguments(step.extraArgs, mirrors),
  };
  if (source.from === "requirements") return mirroredTexts(mirrored, work.files, mirrors);
  const text = await readShippedText(work.files, source.lock);
  if (source.from === "poetry-lock") {
    const places = poetrySources(await readShippedText(work.files, source.pyproject));
    if (places.every((place) => !hasMirror(place, mirrors))) return { step: mirrored, files: work.files };
    const step = { ...withIndexes(mirrored, places, mirrors), source: { ...source, withoutUrls: true } };
    return { step, files: work.files };
  }
  const pyproject = source.from === "uv-lock" ? await readShippedText(work.files, source.pyproject) : "";
  const { platforms } = work.plan;
  const lock = parse(text) as Table;
  const project = parse(pyproject) as Table;
  const split = splitLock(source.from === "pylock" ? lock : uvLockAsPylock({ lock, pyproject: project, platforms }));
  const named = [step.index, ...step.extraIndexes, ...uvIndexes(pyproject)];
  const projects = source.from === "pylock" ? source.projects : [];
  // What builds projects comes from the default index, unless the step names one.
  const forBuilds = projects.length > 0 && step.index === undefined ? [DEFAULT_INDEX] : [];
  // A lock names the default index by its address, as it does the others.
  const isDefault = (address: string) => through(address) === address && !named.includes(address);
  const hasDefault = mirrors[DEFAULT_INDEX] !== undefined;
  const own = split.indexes.map((one) => (hasDefault && isDefault(one) ? DEFAULT_INDEX : one));
  const places = [...own, ...forBuilds];
  if (places.every((place) => !hasMirror(place, mirrors))) return { step: mirrored, files: work.files };
  const kept = work.files.filter(({ path }) => !path.startsWith(REQUIREMENTS) || path.startsWith(PROJECTS));
  const written = { from: "pylock", lock: REST, requirements: LOCKED, projects } as const;
  return {
    step: { ...withIndexes(mirrored, places, mirrors), source: written },
    files: withTexts(kept, { [LOCKED]: split.requirements, [REST]: split.lock }),
  };
}

/** Requirements files with their indexes rewritten, and the default index where nothing names another. */
async function mirroredTexts(
  step: PackagesStep,
  files: readonly ShippedFile[],
  mirrors: AddressMirrors,
): Promise<Installation> {
  const found = await requirementTexts(files);
  const texts = found.map(({ text }) => text);
  const written = found.flatMap(({ path, text }) => {
    const mirrored = mirroredRequirements(text, mirrors);
    return mirrored === text ? [] : [[path, mirrored]];
  });
  const usual = throughAddressMirror(DEFAULT_INDEX, mirrors);
  const isUsual = step.index === undefined && !namesDefaultIndex(step.extraArgs, texts) && usual !== DEFAULT_INDEX;
  return {
    step: isUsual ? { ...step, index: usual } : step,
    files: withTexts(files, Object.fromEntries(written)),
  };
}

/**
 * A step that asks these indexes beside its own, through their mirrors. Without a mirror uv asks the default index by
 * itself.
 */
function withIndexes(step: PackagesStep, places: readonly string[], mirrors: AddressMirrors): PackagesStep {
  const all = [...new Set(places.map((place) => throughAddressMirror(place, mirrors)))];
  const others = all.filter((place) => place !== DEFAULT_INDEX && place !== step.index);
  const first = step.index ?? (all.includes(DEFAULT_INDEX) ? undefined : others.shift());
  return { ...step, index: first, extraIndexes: [...new Set([...step.extraIndexes, ...others])] };
}

/** The files with these texts in place of their own, or beside them. */
function withTexts(files: readonly ShippedFile[], texts: Readonly<Record<string, string>>): readonly ShippedFile[] {
  const written = Object.entries(texts).map(([path, text]): ShippedFile => {
    const known = files.find((file) => file.path === path);
    return writtenFile({ path, text, source: known?.type === "file" ? known.source : "" });
  });
  if (written.length === 0) return files;
  return sortByBytes([...files.filter(({ path }) => !Object.hasOwn(texts, path)), ...written], ({ path }) => path);
}
