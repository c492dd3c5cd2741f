import { join } from "node:path";
import { ImageSpecError } from "@imagespec/core/builder";
import { parse } from "smol-toml";
import { readUntrusted } from "./read-untrusted.ts";

/** How a source distribution is built (PEP 518, PEP 517). */
export interface BuildSystem {
  requires: string[];
  backend: string;
  /** Folders of the source that hold the backend. */
  paths: string[];
}

/** What builds a project that does not say how: setuptools, by its setup.py. */
const LEGACY: BuildSystem = {
  requires: ["setuptools >= 40.8.0"],
  backend: "setuptools.build_meta:__legacy__",
  paths: [],
};

/**
 * The build system that the source in `folder` names in its pyproject.toml.
 *
 * @throws ImageSpecError E_UNSUPPORTED naming `subject`.
 */
export async function readBuildSystem(folder: string, subject: string): Promise<BuildSystem> {
  const text = await readUntrusted(join(folder, "pyproject.toml")).catch((error: unknown) => {
    throw unreadable(subject, error);
  });
  if (text === undefined) return LEGACY;
  const stated = tableOf(tableOf(parsed(text, subject))["build-system"]);
  const requires = texts(stated.requires);
  if (requires === undefined) return LEGACY;
  const backend = stated["build-backend"];
  return {
    requires,
    backend: typeof backend === "string" ? backend : LEGACY.backend,
    paths: texts(stated["backend-path"]) ?? [],
  };
}

function parsed(text: string, subject: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw unreadable(subject, error);
  }
}

function unreadable(subject: string, cause?: unknown): ImageSpecError {
  return new ImageSpecError("E_UNSUPPORTED", `${subject} has a pyproject.toml that cannot be read`, {
    hint: "Use another version of the package, or build with docker-buildx or kaniko.",
    cause,
  });
}

function tableOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function texts(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined;
}
