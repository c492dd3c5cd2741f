import { realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { ImageSpecError } from "@imagespec/registry/terms";
import type { BuilderManifest } from "./builder-manifest.ts";
import type { BuilderCandidate } from "./candidate.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { importBuilder } from "./import-builder.ts";
import { resolveExport } from "./resolve-export.ts";

/**
 * The builders a manifest declares, each with the file its entry resolves to. An entry that is not exported, missing
 * or outside its package becomes a diagnostic. Imports nothing.
 */
export function packageCandidates(manifest: BuilderManifest): Promise<(BuilderCandidate | Diagnostic)[]> {
  const { package: name, version, folder } = manifest;
  const origin = `${name} ${version}`;
  const found = Object.entries(manifest.builders).map(async ([type, { entry, priority, summary, reusesExisting }]) => {
    const resolved = await entryFile(manifest, entry);
    if ("fault" in resolved) {
      const message = `the entry "${entry}" of builder "${type}" ${resolved.fault}`;
      return { subject: name, path: join(folder, "package.json"), type, message, hint: resolved.hint };
    }
    const { file } = resolved;
    const load = once(() => importBuilder(file, origin, type));
    return { type, priority, origin, package: name, version, file, summary, reusesExisting, load };
  });
  return Promise.all(found);
}

async function entryFile(
  manifest: BuilderManifest,
  entry: string,
): Promise<{ file: string } | { fault: string; hint: string }> {
  const inside = resolveExport(manifest.exports, entry);
  if (inside === undefined) {
    return { fault: "is not in its exports", hint: `Add "${entry}" to "exports" in its package.json.` };
  }
  try {
    const folder = await realpath(manifest.folder);
    const file = await realpath(join(manifest.folder, inside));
    if (!file.startsWith(folder + sep)) {
      return { fault: `leads out of the package, to ${file}`, hint: "Keep the entry inside the package." };
    }
    return { file };
  } catch {
    const fault = `is missing: there is no ${join(manifest.folder, inside)}`;
    return { fault, hint: "Build or reinstall the package." };
  }
}

/** A diagnostic as the error it becomes when the builder is asked for. */
export function diagnosticError(diagnostic: Diagnostic): ImageSpecError {
  return new ImageSpecError("E_BUILDER_LOAD", `${diagnostic.subject}: ${diagnostic.message}`, {
    hint: diagnostic.hint,
    details: { ...diagnostic },
  });
}

/** Calls the function the first time only; a failure is kept too: importing the same module again would not differ. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= make();
    return result;
  };
}
