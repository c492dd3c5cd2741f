import { readFile } from "node:fs/promises";
import { dirname, extname } from "node:path";
import { pathToFileURL } from "node:url";
import { ImageSpecError, isImageSpecError } from "@imagespec/core";
import { asEsModule } from "./as-es-module.ts";
import { offerOwnCore } from "./offer-own-core.ts";

/**
 * What a spec file holds: parsed JSON or YAML, or the default export of a module.
 *
 * @throws ImageSpecError E_INPUT_FILE when it cannot be read or parsed, with line and column where they are known.
 */
export async function readSpecFile(file: string): Promise<unknown> {
  const kind = extname(file);
  if (kind === ".json") return parseJson(await read(file), file);
  if (kind === ".yaml" || kind === ".yml") return parseYaml(await read(file), file);
  return importModule(file);
}

async function read(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  } catch (error) {
    throw fault(`Cannot read ${file}: ${(error as Error).message}`, "Check its permissions.", error);
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fault(`${file} is not JSON: ${(error as Error).message}`, "Correct it, or write the spec as YAML.", error);
  }
}

async function parseYaml(text: string, file: string): Promise<unknown> {
  const { LineCounter, parseDocument } = await import("yaml");
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw fault(`${file}:${line}:${col}: not YAML: ${error.message}`, "Correct this line.", error);
  }
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw fault(
      `${file} is not data: ${(error as Error).message}`,
      "Write out what the aliases (*name) stand for.",
      error,
    );
  }
}

async function importModule(file: string): Promise<unknown> {
  if (file.endsWith(".ts") && !process.features.typescript) {
    const hint = "Use Node 22.18 or newer, or write the spec as .mjs, .json or .yaml.";
    throw fault(`${file}: this Node (${process.version}) does not load TypeScript.`, hint);
  }
  const url = pathToFileURL(file).href;
  const releases = [offerOwnCore(), asEsModule(url)];
  const folder = process.cwd();
  try {
    // A spec made in the module has the folder of its file as root, as one in JSON or YAML has.
    process.chdir(dirname(file));
    const module = (await import(url)) as { default?: unknown };
    if (!("default" in module)) {
      throw fault(`${file} has no default export.`, "Write `export default new ImageSpec({ ... })`, or plain data.");
    }
    return await module.default;
  } catch (error) {
    // What the spec's own constructor says stands for itself.
    if (isImageSpecError(error)) throw error;
    throw fault(
      `${file} cannot be loaded: ${(error as Error)?.message ?? error}`,
      "Run it with node to see where.",
      error,
    );
  } finally {
    process.chdir(folder);
    for (const release of releases) release();
  }
}

function fault(message: string, hint: string, cause?: unknown): ImageSpecError {
  return new ImageSpecError("E_INPUT_FILE", message, { hint, cause });
}
