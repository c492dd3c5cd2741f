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
export async function packageCandidates(
  manifest: BuilderManifest,
): Promise<{ candidates: BuilderCandidate[]; diagnostics: Diagnostic[] }> {
  const candidates: BuilderCandidate[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [type, declared] of Object.entries(manifest.builders)) {
    const resolved = await entryFile(manifest, declared.entry);
    if ("fault" in resolved) {
      const path = join(manifest.folder, "package.json");
      const message = `the entry "${declared.entry}" of builder "${type}" ${resolved.fault}`;
      diagnostics.push({ subject: manifest.package, path, type, message, hint: resolved.hint });
      continue;
    }
    const origin = `${manifest.package} ${manifest.version}`;
    candidates.push({
      type,
      priority: declared.priority,
      origin,
      package: manifest.package,
      version: manifest.version,
      file: resolved.file,
      summary: declared.summary,
      load: once(() => importBuilder(resolved.file, origin, type)),
    });
  }
  return { candidates, diagnostics };
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
    return {
      fault: `is missing: there is no ${join(manifest.folder, inside)}`,
      hint: "Build or reinstall the package.",
    };
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
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= make();
    return result;
  };
}
