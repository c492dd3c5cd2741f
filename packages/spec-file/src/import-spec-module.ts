import { randomUUID } from "node:crypto";
import { pathToFileURL } from "node:url";
import { ImageSpecError, isImageSpecError } from "@imagespec/core";
import { commonJsHint, importProjectModule, thrownText } from "@imagespec/core/internal";
import { inputFault } from "./input-fault.ts";
import { offerOwnCore } from "./offer-own-core.ts";

/**
 * The default export of a module, which is run with `root` as its working directory: so a spec made in it has that
 * root, as one in JSON or YAML has. Node keeps what it loaded; `anew` reads the file again, though not what it imports.
 *
 * @throws ImageSpecError E_INPUT_FILE when it cannot be loaded or exports nothing; what the spec's constructor throws.
 */
export async function importSpecModule(
  file: string,
  root: string,
  signal: AbortSignal,
  anew = false,
): Promise<unknown> {
  if (file.endsWith(".ts") && !process.features.typescript) {
    const hint = "Use Node 22.18 or newer, or write the spec as .mjs, .json or .yaml.";
    throw inputFault(`${file} is TypeScript, which this Node (${process.version}) does not load`, hint);
  }
  const { href } = pathToFileURL(file);
  const url = anew ? `${href}?read=${randomUUID()}` : href;
  const release = offerOwnCore();
  const folder = process.cwd();
  const cancelled = Promise.withResolvers<never>();
  const cancel = () => cancelled.reject(new ImageSpecError("E_ABORTED", `Loading ${file} was cancelled`));
  try {
    process.chdir(root);
    signal.addEventListener("abort", cancel);
    if (signal.aborted) cancel();
    // Loading a module cannot be cancelled, but it need not be waited for.
    return await Promise.race([defaultExport(url, file), cancelled.promise]);
  } catch (error) {
    // An error of the spec's own constructor is reported as it is.
    if (isImageSpecError(error)) throw error;
    const message = `${file} cannot be loaded: ${thrownText(error)}`;
    throw inputFault(message, commonJsHint(error, file) ?? "Run it with node to see where it fails.", error);
  } finally {
    signal.removeEventListener("abort", cancel);
    process.chdir(folder);
    release();
  }
}

async function defaultExport(url: string, file: string): Promise<unknown> {
  const module = await importProjectModule(url);
  if ("default" in module) return module.default;
  throw inputFault(`${file} has no default export`, "Write `export default new ImageSpec({ ... })`, or plain data.");
}
