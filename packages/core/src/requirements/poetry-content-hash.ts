import { createHash } from "node:crypto";
import { type Table, table } from "../uv-project/toml-table.ts";

const LEGACY_KEYS = ["dependencies", "source", "extras", "dev-dependencies"];
const POETRY_KEYS = [...LEGACY_KEYS, "group"];
const PROJECT_KEYS = ["requires-python", "dependencies", "optional-dependencies"];

/**
 * Why a poetry.lock does not match this project, or undefined. Its content-hash, without which poetry installs none, is
 * the sha256 of the project's dependency sections, in one of the forms that poetry 1.x and 2.x wrote.
 */
export function isPoetryLockStale(lock: Table, project: Table): string | undefined {
  const recorded = table(lock.metadata)["content-hash"];
  if (typeof recorded !== "string") return "it has no content-hash";
  const isFresh = poetryContentHashes(project).includes(recorded);
  return isFresh ? undefined : "its content-hash is another project's";
}

/** The content hashes that poetry versions give a project: today's, that without groups, and that of poetry 1. */
export function poetryContentHashes(project: Table): string[] {
  const groups = table(project["dependency-groups"]);
  const hasGroups = Object.keys(groups).length > 0;
  return [
    contentOf(project, hasGroups ? groups : undefined),
    contentOf(project, undefined),
    legacyContent(project),
  ].map((content) => createHash("sha256").update(pythonJson(content)).digest("hex"));
}

function contentOf(project: Table, groups: Table | undefined): Table {
  const section = pick(table(project.project), PROJECT_KEYS);
  const hasSection = Object.keys(section).length > 0;
  if (!hasSection && !groups) return legacyContent(project);
  const poetry = pick(table(table(project.tool).poetry), POETRY_KEYS);
  return {
    ...(hasSection && { project: section }),
    ...(groups && { "dependency-groups": groups }),
    tool: { poetry },
  };
}

/** Poetry 1 wrote its own sections alone, the older ones as null where they are missing. */
function legacyContent(project: Table): Table {
  const poetry = table(table(project.tool).poetry);
  const missing = Object.fromEntries(LEGACY_KEYS.map((key) => [key, null]));
  return { ...missing, ...pick(poetry, POETRY_KEYS) };
}

function pick(source: Table, keys: readonly string[]): Table {
  return Object.fromEntries(keys.flatMap((key) => (source[key] === undefined ? [] : [[key, source[key]]])));
}

/** JSON as Python's `json.dumps(value, sort_keys=True)` writes it: spaces after `,` and `:`, ASCII alone. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${pythonJson(key)}: ${pythonJson((value as Table)[key])}`).join(", ")}}`;
  }
  const text = JSON.stringify(value);
  return text.replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
