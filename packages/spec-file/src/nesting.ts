import { type ImageSpecError, isImageSpec } from "@imagespec/core";
import { specError } from "@imagespec/core/internal";

/** How deep lists, objects and base images may be nested, since code that reads them may be recursive. */
export const MOST_LEVELS = 100;

type Path = readonly (string | number)[];

/** @throws ImageSpecError E_SPEC when data is nested more than 100 levels deep, as data that holds itself is. */
export function checkNesting(content: unknown): void {
  // The deepest level each value was seen at, so that one shared by many aliases is visited at most once per level.
  const seen = new Map<object, number>();
  const pending: { value: unknown; path: Path }[] = [{ value: content, path: [] }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, path } = next;
    if (typeof value !== "object" || value === null || isImageSpec(value)) continue;
    if (path.length > MOST_LEVELS) throw tooDeep(path.slice(0, 3));
    if ((seen.get(value) ?? -1) >= path.length) continue;
    seen.set(value, path.length);
    for (const [key, inner] of Object.entries(value)) {
      pending.push({ value: inner, path: [...path, Array.isArray(value) ? Number(key) : key] });
    }
  }
}

/** The error for data below `path` that is nested too deeply. */
export function tooDeep(path: Path): ImageSpecError {
  const message = `is nested more than ${MOST_LEVELS} levels deep`;
  return specError([{ path: [...path], code: "nesting", message, hint: "Write it flatter." }]);
}
