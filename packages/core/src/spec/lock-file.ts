import { PYLOCK } from "./text-rules.ts";

/** The kinds of locks that are installed from. */
export type LockFile = "uv.lock" | "poetry.lock" | "pylock.toml";

/** Which lock format a requirements path names, by its file name; a pyproject.toml stands for the uv.lock beside it. */
export function lockFile(requirements: unknown): LockFile | undefined {
  if (typeof requirements !== "string") return undefined;
  const name = requirements.split(/[\\/]/).at(-1);
  if (name === "pyproject.toml") return "uv.lock";
  if (PYLOCK.test(name ?? "")) return "pylock.toml";
  return name === "uv.lock" || name === "poetry.lock" ? name : undefined;
}
