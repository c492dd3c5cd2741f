import { ImageSpecError } from "@imagespec/registry/terms";
import { parse } from "smol-toml";
import { projectClosure } from "../uv-project/closure.ts";
import { linuxVariables, machineOf } from "../uv-project/linux-variables.ts";
import { parseLockGraph } from "../uv-project/lock-graph.ts";
import { pylockText } from "../uv-project/pylock-text.ts";
import { selectMember, selectParts } from "../uv-project/select-project.ts";
import type { Table } from "../uv-project/toml-table.ts";

/** A uv.lock with the pyproject.toml beside it, as texts, and what it is installed for. */
interface LockedProject {
  lock: string;
  pyproject: string;
  platforms: readonly string[];
}

/**
 * What `uv sync --no-dev --no-install-project` installs of a uv.lock, as a pylock.toml. Pure.
 *
 * @throws ImageSpecError E_INPUT_FILE for a lock without a project of its own.
 */
export function uvLockAsPylock({ lock, pyproject, platforms }: LockedProject): string {
  const graph = parseLockGraph(parse(lock) as Table);
  const root = graph && selectMember(graph, undefined);
  if (graph === undefined || root === undefined || "hint" in root) {
    throw new ImageSpecError("E_INPUT_FILE", "uv.lock is not one of version 1 with a project in it", {
      hint: "Write it with `uv lock`.",
    });
  }
  const parts = selectParts(root, parse(pyproject) as Table, {});
  const closure = projectClosure({ graph, root, ...parts, known: linuxVariables(platforms) });
  const packages = closure.filter(({ locked }) => locked !== root);
  return pylockText({ packages, lock: graph, machines: platforms.map(machineOf) });
}
