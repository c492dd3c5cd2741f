import { ImageSpecError } from "@imagespec/registry/terms";
import { projectClosure } from "./closure.ts";
import { linuxVariables, machineOf } from "./linux-variables.ts";
import { parseLockGraph } from "./lock-graph.ts";
import { pylockTable } from "./pylock-table.ts";
import { selectMember, selectParts } from "./select-project.ts";

/** A uv.lock with the pyproject.toml beside it, as they are parsed, and what it is installed for. */
export interface LockedProject {
  lock: { readonly [key: string]: unknown };
  pyproject: { readonly [key: string]: unknown };
  /** As in `linux/amd64`. */
  platforms: readonly string[];
}

/**
 * What `uv sync --no-dev --no-install-project` installs of a uv.lock, as a pylock.toml. Pure.
 *
 * @throws ImageSpecError E_INPUT_FILE for a lock without a project of its own.
 */
export function uvLockAsPylock({ lock, pyproject, platforms }: LockedProject): { readonly [key: string]: unknown } {
  const graph = parseLockGraph(lock);
  const root = graph && selectMember(graph, undefined);
  if (graph === undefined || root === undefined || "hint" in root) {
    throw new ImageSpecError("E_INPUT_FILE", "uv.lock is not one of version 1 with a project in it", {
      hint: "Write it with `uv lock`.",
    });
  }
  const parts = selectParts(root, pyproject, {});
  const closure = projectClosure({ graph, root, ...parts, known: linuxVariables(platforms) });
  const packages = closure.filter(({ locked }) => locked !== root);
  return pylockTable({ packages, lock: graph, machines: platforms.map(machineOf) });
}
