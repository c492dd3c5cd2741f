import type { Difference } from "@imagespec/core/internal";
import { expect, it } from "vitest";
import { differenceLine } from "./difference-line.ts";

const untold = { sha256: "0".repeat(64) };

it.each<[Difference, string]>([
  [{ of: "parameter", name: "env.MODE", kind: "changed", before: "a", after: "b" }, 'parameter env.MODE: "a" -> "b"'],
  [{ of: "parameter", name: "aptPackages", kind: "added", after: "curl" }, 'parameter aptPackages: added "curl"'],
  [
    { of: "parameter", name: "commands", kind: "reordered", before: [], after: [] },
    "parameter commands: in another order",
  ],
  [
    { of: "parameter", name: "pipIndex", kind: "changed", before: untold, after: untold },
    "parameter pipIndex: changed",
  ],
  [{ of: "parameter", name: "pipIndex", kind: "removed", before: untold }, "parameter pipIndex: removed"],
  [{ of: "base", name: "base.image", kind: "changed", before: "a:1", after: "a:2" }, 'base: "a:1" -> "a:2"'],
  [
    { of: "parameter", name: "entrypoint", kind: "changed", before: null, after: ["python", "-V"] },
    'parameter entrypoint: null -> ["python","-V"]',
  ],
  [{ of: "recipe", name: "recipe", kind: "changed", before: 1, after: 2 }, "recipe: 1 -> 2"],
  [{ of: "lock", name: "requirements/uv.lock", kind: "removed", before: [] }, "lock requirements/uv.lock: removed"],
  [
    {
      of: "file",
      name: "source/a\u001b[2J.py",
      kind: "changed",
      before: ["file", "0644", "1"],
      after: ["file", "0755", "2"],
    },
    "file source/a·[2J.py: mode and content changed (mode 0644 -> 0755)",
  ],
  [
    {
      of: "file",
      name: "",
      kind: "changed",
      before: { ...untold, items: 40_000 },
      after: { ...untold, items: 40_001 },
    },
    "file: 40000 files -> 40001 files",
  ],
])("%o", (difference, line) => {
  expect(differenceLine(difference)).toBe(`  ${line}`);
});
