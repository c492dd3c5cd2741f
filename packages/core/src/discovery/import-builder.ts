import { setTimeout as wait } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { ImageSpecError, isImageSpecError, thrownText } from "@imagespec/registry/terms";
import { BUILDER, type ImageSpecBuilder } from "../builder/builder.ts";
import { commonJsHint, importProjectModule } from "../config/import-project-module.ts";

const IMPORT_TIMEOUT_MS = 10_000;

/**
 * Imports a builder's module: this is where code of a plug-in first runs. Its default export is a builder or a
 * function that returns one, known by the symbol `imagespec.builder`.
 *
 * @throws ImageSpecError E_BUILDER_LOAD naming `subject`, the file, and what was found instead; after 10 s too.
 */
export async function importBuilder(
  file: string,
  subject: string,
  type?: string,
  timeoutMs = IMPORT_TIMEOUT_MS,
): Promise<ImageSpecBuilder> {
  const fault = (message: string, hint: string, cause?: unknown) =>
    new ImageSpecError("E_BUILDER_LOAD", `${subject}: ${message} (${file})`, { hint, cause, details: { file, type } });
  const timer = new AbortController();
  try {
    const loaded = await Promise.race([
      load(file),
      wait(timeoutMs, undefined, { signal: timer.signal }).then(() => {
        const message = `its module did not load within ${timeoutMs / 1000} s`;
        throw fault(message, "Move what waits at its top level into buildImage.");
      }),
    ]);
    return builderIn(loaded, type, fault);
  } catch (error) {
    if (isImageSpecError(error, "E_BUILDER_LOAD")) throw error;
    const hint = commonJsHint(error, file) ?? "Correct the module, or update the package that it belongs to.";
    throw fault(`its module threw: ${thrownText(error)}`, hint, error);
  } finally {
    timer.abort();
  }
}

async function load(file: string): Promise<unknown> {
  const { href } = pathToFileURL(file);
  const module: { default?: unknown } = await (file.endsWith(".ts") ? importProjectModule(href) : import(href));
  const value = module.default;
  if (typeof value !== "function" || isBuilder(value)) return value;
  if (/^class\b/.test(Function.prototype.toString.call(value))) return new (value as new () => unknown)();
  return (value as () => unknown)();
}

/** True for a builder of any copy of this package. */
export function isBuilder(value: unknown): value is ImageSpecBuilder {
  return (
    ((typeof value === "object" && value !== null) || typeof value === "function") &&
    (value as { [BUILDER]?: unknown })[BUILDER] === 1
  );
}

/** What a module exports, once it is known to be the builder that was declared. */
function builderIn(
  value: unknown,
  type: string | undefined,
  fault: (message: string, hint: string) => ImageSpecError,
): ImageSpecBuilder {
  if (!isBuilder(value)) {
    const version = (value as { [BUILDER]?: unknown } | null | undefined)?.[BUILDER];
    const found = version === undefined ? describe(value) : `a builder of API version ${String(version)}`;
    const message = `its default export must be a builder or a function that returns one; found ${found}`;
    throw fault(message, "Export `new YourBuilder()` of a class that extends ImageSpecBuilder of @imagespec/core.");
  }
  if (typeof value.builderType !== "string" || typeof value.buildImage !== "function") {
    throw fault("its builder lacks builderType or buildImage", "Extend ImageSpecBuilder of @imagespec/core.");
  }
  if (type !== undefined && value.builderType !== type) {
    const message = `it was declared as builder "${type}" and says it is "${value.builderType}"`;
    throw fault(message, 'Make builderType equal to the name under "imagespec.builders" in its package.json.');
  }
  return value;
}

function describe(value: unknown): string {
  if (value === undefined) return "no default export";
  if (value === null) return "null";
  return typeof value === "object"
    ? `an object with ${Object.keys(value).join(", ") || "no keys"}`
    : `a ${typeof value}`;
}
