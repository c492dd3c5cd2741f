import type { Problem } from "@imagespec/registry/terms";
import { machineBreach } from "../package-rules/marker-rule.ts";

/** Keys under which uv.lock, poetry.lock and pylock.toml keep markers. */
const MARKERS: ReadonlySet<string> = new Set(["marker", "markers", "resolution-markers", "supported-markers"]);

/** Markers of a lock that another machine would decide otherwise, each once. Pure. */
export function lockMarkerBreaches(lock: unknown): (Problem & { file: "lock" })[] {
  const found = new Map<string, Problem & { file: "lock" }>();
  for (const marker of markersIn(lock)) {
    const breach = machineBreach(marker);
    if (breach?.code === "machine_marker") found.set(breach.message, { file: "lock", ...breach });
  }
  return [...found.values()];
}

function* markersIn(value: unknown, key = ""): Generator<string> {
  if (typeof value === "string") {
    if (MARKERS.has(key)) yield value;
  } else if (Array.isArray(value)) for (const item of value) yield* markersIn(item, key);
  else if (typeof value === "object" && value !== null && !(value instanceof Date))
    // poetry keeps a marker for each group below `markers`.
    for (const [name, inner] of Object.entries(value)) yield* markersIn(inner, key === "markers" ? key : name);
}
