import { pathToFileURL } from "node:url";
import {
  FileRefused,
  ImageSpecError,
  LARGEST_RULES,
  readRegularFile,
  repeatedKey,
  type SpecFault,
  thrownText,
} from "@imagespec/registry/terms";
import type { core } from "zod/mini";
import { joinedFaults } from "../spec/fault-path.ts";
import { spellingHint } from "../spec/parameter-names.ts";
import { typeBreach, valueAt } from "../spec/type-breach.ts";
import { parseContext } from "../spec/with-zod.ts";
import { configSchema, type ImageSpecConfig } from "./config-schema.ts";
import { commonJsHint, importProjectModule } from "./import-project-module.ts";

/**
 * Reads and checks an `imagespec.config.*`.
 *
 * @throws ImageSpecError E_INPUT_FILE naming everything that is wrong in it.
 */
export async function loadConfig(file: string): Promise<ImageSpecConfig> {
  const content = await contentOf(file);
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    const what = /\.(json|yaml)$/.test(file) ? "content" : "default export";
    const hint = 'Write it like { "plugins": ["@scope/package", "./builder.mjs"] }.';
    throw new ImageSpecError("E_INPUT_FILE", `The ${what} of ${file} is not an object of settings`, { hint });
  }
  const result = configSchema().safeParse(content, parseContext());
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap((issue) => faultsOf(issue, content));
  const { message, hint } = joinedFaults(faults, `${file}: `, `${file} has ${faults.length} faults`);
  throw new ImageSpecError("E_INPUT_FILE", message, { hint });
}

async function contentOf(file: string): Promise<unknown> {
  if (/\.(json|yaml)$/.test(file)) return dataOf(file);
  try {
    return (await importProjectModule(pathToFileURL(file).href)).default;
  } catch (error) {
    const untyped = file.endsWith(".ts") && !process.features.typescript;
    const hint = untyped
      ? "Use Node 22.18 or newer, or write the config as .mjs, .json or .yaml."
      : (commonJsHint(error, file) ?? "Write `export default { plugins: [] }`, or correct what the message names.");
    const message = `${file} cannot be loaded: ${thrownText(error)}`;
    throw new ImageSpecError("E_INPUT_FILE", message, { cause: error, hint });
  }
}

async function dataOf(file: string): Promise<unknown> {
  try {
    const text = (await readRegularFile(file, LARGEST_RULES)).toString("utf8");
    if (file.endsWith(".yaml")) return (await import("yaml")).parse(text);
    const data: unknown = JSON.parse(text);
    const repeated = repeatedKey(text);
    if (repeated === undefined) return data;
    throw new Error(`it holds the name ${JSON.stringify(repeated)} twice in one object`);
  } catch (error) {
    const { message } = error as Error;
    const reason = error instanceof FileRefused ? message : `cannot be read: ${message.split("\n", 1)[0]}`;
    throw new ImageSpecError("E_INPUT_FILE", `${file} ${reason}`, {
      cause: error,
      hint: 'Correct it, or write { "plugins": [] } in its place.',
    });
  }
}

function faultsOf(issue: core.$ZodIssue, content: object): SpecFault[] {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  const { code = "invalid" } = issue;
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(configSchema().shape).filter((name) => name !== "$schema");
    return issue.keys.map((key) => {
      const hint = spellingHint(key, known, `Use one of ${known.join(", ")}.`);
      return { path: [], code, message: `'${key}' is not a setting`, hint };
    });
  }
  if (issue.code === "invalid_type") {
    return [{ path, ...typeBreach(issue.expected, valueAt(content, path)) }];
  }
  const { hint = "Look up the setting in the schema, which `imagespec schema --config` prints." } =
    (issue.code === "custom" && (issue.params as { hint?: string } | undefined)) || {};
  return [{ path, code, message: issue.message.replace(/\.$/, ""), hint }];
}
