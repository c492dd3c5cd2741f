import type { Content, ContentPackages } from "../identity/content.ts";
import type { Identity } from "../identity/identify.ts";
import { imageReference } from "../identity/image-reference.ts";
import type { ResolvedSpec } from "../resolve/resolved-spec.ts";
import { isCondaPython } from "../spec/conda-python.ts";
import { IMAGE_ID_VARIABLE } from "../spec/environment-names.ts";
import { ENVIRONMENT_PREFIXES } from "./environment-folders.ts";
import type { BuildPlan, EnvironmentStep, EnvStep, PackagesStep, UserStep } from "./plan.ts";

/** The user of every image (docs/plan.md, the runtime contract). */
export const RUNTIME_USER: UserStep = { name: "flytekit", home: "/home/flytekit", workdir: "/root" };

/** The steps that make a resolved spec's image, on the computed name of a base that is a spec itself. Pure. */
export function planImage(resolved: ResolvedSpec, identity: Identity): BuildPlan {
  const { content, target } = resolved;
  const { apt, trees, commands, entrypoint, tools } = content;
  return {
    apiVersion: 1,
    recipe: content.recipe,
    reference: imageReference(resolved, identity),
    platforms: [...target.platforms],
    base: { ...resolved.base, given: "layout" in content.base || content.base.given },
    steps: {
      apt: apt && { packages: [...apt] },
      environment: environmentStep(content),
      packages: packagesStep(resolved),
      env: envStep(resolved),
      files: trees && { trees: trees.map((from) => ({ from, to: "/root" })) },
      commands: commands && { commands: [...commands], uvImage: tools.uvImage },
      entrypoint: entrypoint && { entrypoint: [...entrypoint] },
      user: RUNTIME_USER,
      labels: { labels: labels(resolved, identity) },
      id: { variable: IMAGE_ID_VARIABLE, value: identity.id },
    },
  };
}

function environmentStep({ environment, tools }: Content): EnvironmentStep | undefined {
  if (!environment) return undefined;
  if (environment.manager === "conda") {
    const { manager, pythonVersion, packages, channels, bytecode } = environment;
    const lists = { packages: [...packages], channels: [...channels] };
    const solved = packages.some(isCondaPython) ? undefined : pythonVersion;
    return { manager, prefix: ENVIRONMENT_PREFIXES.conda, pythonVersion: solved, ...lists, ...tools, bytecode };
  }
  const { manager, python, bytecode } = environment;
  return { manager, prefix: ENVIRONMENT_PREFIXES.venv, python, uvImage: tools.uvImage, bytecode };
}

/** A base spec's image leads PATH and PYTHONPATH already; a value of the spec itself takes the place of that. */
function envStep({ content, baseSpec }: ResolvedSpec): EnvStep | undefined {
  const variables = sortedByName(content.env ?? {});
  const inherited = baseSpec?.environment;
  const manager = content.environment?.manager;
  const added = manager === inherited ? undefined : manager;
  const leading = Object.hasOwn(variables, "PATH") ? (manager ?? inherited) : added;
  const lead = {
    ...(leading && { PATH: `${ENVIRONMENT_PREFIXES[leading]}/bin` }),
    ...((baseSpec === undefined || Object.hasOwn(variables, "PYTHONPATH")) && { PYTHONPATH: "/root" }),
  };
  return Object.keys(variables).length + Object.keys(lead).length === 0 ? undefined : { variables, lead };
}

function packagesStep({ content, secrets }: ResolvedSpec): PackagesStep | undefined {
  const { packages } = content;
  if (!packages) return undefined;
  return {
    source: packagesSource(packages),
    index: packages.index,
    extraIndexes: [...(packages.extraIndexes ?? [])],
    torchBackend: packages.torchBackend,
    extraArgs: [...(packages.extraArgs ?? [])],
    secrets,
  };
}

function packagesSource(content: ContentPackages): PackagesStep["source"] {
  const { from, packages = [], requirements, lock = "", pyproject = "", projects = [] } = content;
  if (from === "requirements") return { from, packages: [...packages], requirements };
  if (from === "pylock") return { from, lock, projects: [...projects] };
  return { from, lock, pyproject };
}

function labels({ content, target }: ResolvedSpec, identity: Identity): Record<string, string> {
  return {
    "dev.imagespec.id": identity.id,
    "dev.imagespec.recipe": String(content.recipe),
    "dev.imagespec.tag": identity.tag,
    ...("image" in content.base && { "org.opencontainers.image.base.name": content.base.image }),
    "org.opencontainers.image.title": target.name,
  };
}

function sortedByName(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).sort(([left], [right]) => (left < right ? -1 : 1)));
}
