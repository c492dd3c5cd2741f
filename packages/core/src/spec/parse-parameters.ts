import { ImageSpecError, isTag, type Problem, redact, type SpecFault } from "@imagespec/registry/terms";
import type { core } from "zod/mini";
import type { Rule } from "../package-rules/rule.ts";
import { conflicts, type Draft } from "./conflicts.ts";
import { joinedFaults } from "./fault-path.ts";
import { camelCase, parameterHint, spellingHint } from "./parameter-names.ts";
import { type FlatParameters, parameterNames, parameterSchemas } from "./parameters.ts";
import { pipInCommands } from "./pip-in-commands.ts";
import { isSpec, type Spec } from "./spec.ts";
import { credentialBreach, unprintableBreach, userInfoBreach } from "./text-rules.ts";
import { choiceBreach, typeBreach, valueAt } from "./type-breach.ts";
import { parseContext } from "./with-zod.ts";

export type ParsedParameters = Omit<FlatParameters, "baseImage"> & { baseImage?: string | Spec };

export interface ParseOptions {
  /** Whether `source_root` is taken for `sourceRoot`. */
  snakeCase: boolean;
  /**
   * Makes the spec of a nested base.
   *
   * @throws ImageSpecError E_SPEC with that base's own faults.
   */
  parseBase(input: object): Spec;
}

/** The deepest nesting that is accepted: nobody writes more by hand, and later code walks the data recursively. */
const DEEPEST = 100;

type Path = (string | number)[];

/**
 * Checks parameters and brings them into one form: camelCase, unset ones left out, name and registry in lower case.
 * Throws one E_SPEC with every fault, each with path, code, message and hint. Pure.
 */
export function parseParameters(input: unknown, options: ParseOptions): ParsedParameters {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    const [message, hint] = ["a spec is an object of parameters", 'Write it like { "name": "train" }.'];
    throw specError([{ path: [], code: "invalid_type", message, hint }]);
  }
  const faults: SpecFault[] = [];
  const draft = draftOf(input, options.snakeCase, faults);
  const base = parseBase(draft.baseImage, options, faults);
  const { baseImage, ...flat } = draft;
  const flatDraft = typeof baseImage === "object" ? flat : draft;
  const data = checkedParameters(flatDraft, faults);
  scanTexts(flat, [], faults);
  if (typeof baseImage === "string") scanTexts(baseImage, ["baseImage"], faults);
  faults.push(...conflicts(draft, base));
  if (data) faults.push(...pipInCommands({ ...data, baseImage: base ?? data.baseImage } as Spec));
  if (faults.length > 0 || !data) throw specError(faults, draft.name);
  return base ? { ...data, baseImage: base } : (data as ParsedParameters);
}

/**
 * The parameters of a draft as their schemas make them, in the order of the schemas; undefined where one has a fault.
 */
function checkedParameters(draft: Draft, faults: SpecFault[]): FlatParameters | undefined {
  const data: Record<string, unknown> = {};
  const before = faults.length;
  for (const [name, schema] of Object.entries(parameterSchemas())) {
    if (!Object.hasOwn(draft, name)) continue;
    const result = schema().safeParse(draft[name as keyof Draft], parseContext());
    if (result.success) data[name] = result.data;
    else
      for (const issue of result.error.issues)
        faults.push(...faultsOf({ ...issue, path: [name, ...issue.path] }, draft));
  }
  return faults.length === before ? data : undefined;
}

/** One E_SPEC out of all faults of a spec, naming the spec where its name can be printed. */
export function specError(faults: SpecFault[], name?: unknown): ImageSpecError {
  const subject = typeof name === "string" && isTag(name) ? `the spec '${name}'` : "the spec";
  const shown = faults.map((fault) => ({ ...fault, message: redact(fault.message) }));
  const { message, hint } = joinedFaults(shown, `${subject} is wrong: `, `${subject} has ${shown.length} faults`);
  return new ImageSpecError("E_SPEC", message, { faults: shown, hint });
}

/** The parameters under their camelCase names, without unset ones; faults for unknown names. */
function draftOf(input: object, snakeCase: boolean, faults: SpecFault[]): Draft {
  const draft: Record<string, unknown> = {};
  const known = parameterNames();
  const written = new Map<string, string>();
  for (const [key, value] of Object.entries(input)) {
    const name = snakeCase ? camelCase(key) : key;
    if (!known.includes(name)) {
      const hint = parameterHint(key, known);
      const message = `'${key}' is not a parameter of an image spec`;
      faults.push({ path: [key], code: "unrecognized_keys", message, hint });
    } else if (value === undefined || value === null) {
    } else if (name in draft) {
      const hint = `Keep one of '${written.get(name)}' and '${key}'.`;
      faults.push({ path: [key], code: "duplicate", message: `'${name}' is set twice`, hint });
    } else {
      draft[name] = value;
      written.set(name, key);
    }
  }
  // An empty registry is what an unset environment variable leaves behind.
  if (draft.registry === "") delete draft.registry;
  for (const name of ["name", "registry"]) if (typeof draft[name] === "string") draft[name] = lowerCase(draft[name]);
  if (snakeCase) {
    for (const name of ["builderConfig", "uvProject"]) {
      const value = draft[name];
      if (isPlain(value))
        draft[name] = Object.fromEntries(Object.entries(value).map(([key, inner]) => [camelCase(key), inner]));
    }
  }
  return draft;
}

/** Of A to Z alone: the sign of kelvin, for one, is no letter of a name, and would become one. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function parseBase(baseImage: unknown, options: ParseOptions, faults: SpecFault[]): Spec | undefined {
  if (typeof baseImage !== "object" || baseImage === null) return undefined;
  if (isSpec(baseImage)) return baseImage;
  try {
    return options.parseBase(baseImage);
  } catch (error) {
    if (!(error instanceof ImageSpecError) || error.code !== "E_SPEC") throw error;
    faults.push(...(error.faults ?? []).map((fault) => ({ ...fault, path: ["baseImage", ...fault.path] })));
    return undefined;
  }
}

/** Names inside parameters that are objects. */
const INNER_NAMES = ["uvImage", "micromambaImage", "member", "groups", "extras", "noDev", "installProject"];

function faultsOf(issue: core.$ZodIssue, draft: Draft): SpecFault[] {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  if (issue.code === "custom") {
    const { code, hint } = issue.params as Omit<Problem, "message">;
    return [{ path, code, message: issue.message, hint }];
  }
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...path, key],
      code: issue.code,
      message: `'${key}' is not allowed here`,
      hint: spellingHint(key, INNER_NAMES, "Drop it."),
    }));
  }
  if (issue.code === "invalid_key") {
    return issue.issues.flatMap((inner) => faultsOf({ ...inner, path: issue.path } as core.$ZodIssue, draft));
  }
  if (path[0] === "pythonVersion" && typeof draft.pythonVersion === "number") {
    const message = `expected text, found the number ${draft.pythonVersion}: YAML and JSON read 3.10 as 3.1`;
    return [{ path, code: "invalid_type", message, hint: 'Write it in quotes: "3.10".' }];
  }
  if (issue.code === "invalid_type") return [{ path, ...typeBreach(issue.expected, valueAt(draft, path), path[0]) }];
  // Of lists, a pair alone has a length that is checked by its type.
  if (issue.code === "too_small" || issue.code === "too_big")
    return [{ path, ...typeBreach("tuple", valueAt(draft, path), path[0]) }];
  if (issue.code === "invalid_value") return [{ path, ...choiceBreach(issue.values, valueAt(draft, path)) }];
  const hint = "Look up the parameter in the schema, which `imagespec schema` prints.";
  return [{ path, code: issue.code ?? "invalid", message: issue.message, hint }];
}

/** Where `/t/TOKEN/` in an address is a credential: parameters that name indexes and channels. */
const INDEXES = new Set(["condaChannels", "condaPackages", "pipIndex", "pipExtraIndexUrl", "pipExtraArgs"]);

function credentialRule([parameter]: Path): Rule {
  return INDEXES.has(String(parameter)) ? credentialBreach : userInfoBreach;
}

/** Rules for every text wherever it stands, keys of records included: no NUL, no credential in a URL. */
function scanTexts(value: unknown, path: Path, faults: SpecFault[], above: object[] = []): void {
  if (typeof value === "string") {
    const breach = unprintableBreach(value) ?? credentialRule(path)(value);
    if (breach) faults.push({ path, ...breach });
  } else if (Array.isArray(value) || isPlain(value)) {
    if (above.includes(value)) {
      faults.push({ path, code: "circular", message: "the value contains itself", hint: "Write plain data." });
      return;
    }
    if (above.length >= DEEPEST) {
      const message = `it is nested more than ${DEEPEST} levels deep`;
      faults.push({ path: path.slice(0, 3), code: "too_deep", message, hint: "Write flatter data." });
      return;
    }
    for (const [key, inner] of Object.entries(value)) {
      const breach = unprintableBreach(key) ?? userInfoBreach(key) ?? prototypeBreach(key);
      if (breach) faults.push({ path, ...breach });
      scanTexts(inner, [...path, Array.isArray(value) ? Number(key) : key], faults, [...above, value]);
    }
  } else if (path[0] === "builderOptions" && path.length > 1 && !isJsonScalar(value)) {
    faults.push({
      path,
      code: "not_json",
      message: "builder options are part of the tag, so they are JSON values",
      hint: "Use texts, finite numbers, booleans, lists and objects.",
    });
  }
}

/** Assigning to this key sets an object's prototype instead of storing data, so the value would be lost. */
function prototypeBreach(key: string) {
  if (key !== "__proto__") return undefined;
  return { code: "reserved", message: "'__proto__' cannot be a name", hint: "Use another name." };
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  return [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

function isJsonScalar(value: unknown): boolean {
  return value === null || value === undefined || typeof value === "boolean" || Number.isFinite(value);
}
