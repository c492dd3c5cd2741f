const NAMES: ReadonlySet<string> = new Set([
  ".git",
  "__pycache__",
  ".cache",
  ".venv",
  "node_modules",
  ".mypy_cache",
  ".pytest_cache",
  ".ruff_cache",
  ".hypothesis",
  ".ipynb_checkpoints",
  ".tox",
  ".nox",
]);

/** Names that never go into an image, at any depth: what tools create again, and git's history. */
export function isExcludedName(name: string): boolean {
  return NAMES.has(name) || name.endsWith(".pyc");
}
