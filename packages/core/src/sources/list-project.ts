import { relative, sep } from "node:path";
import { linksOut } from "../files/link-target.ts";
import { Trail } from "../files/trail.ts";
import { type TreeEntry, walkTree } from "../files/walk-tree.ts";
import { isExcludedName } from "../ignore/excluded-names.ts";
import { told, VERDICTS, type Verdict } from "../ignore/file-decision.ts";
import { SourceRules } from "../ignore/source-rules.ts";
import type { Spec } from "../spec/spec.ts";
import { Decisions } from "./decisions.ts";
import type { ListOptions } from "./list-sources.ts";
import { specFiles } from "./spec-files.ts";

/** A project whose sources are shipped. */
export interface ProjectQuestion extends ListOptions {
  folder: string;
  /** Its folder in the context. */
  path: string;
  /** Folders of other projects below it, which are not part of it. */
  others: readonly string[];
}

/** Files of a workspace that say nothing of what one project's wheel holds. */
const OF_THE_WORKSPACE: ReadonlySet<string> = new Set(["uv.lock", "dist"]);

/**
 * The sources that a project's wheel is built from, under their folder in the context: what its ignore files leave in,
 * without the projects below it, environments and what tools create again.
 */
export async function listProject(spec: Spec, question: ProjectQuestion): Promise<TreeEntry[]> {
  const { folder, path } = question;
  const rules = new SourceRules(folder, { ...question, trail: new Trail() });
  const own = specFiles(spec, folder);
  const others = new Set(question.others.map((other) => relative(folder, other).replaceAll(sep, "/")));
  const decide = (below: string, name: string, isFolder: boolean): Verdict => {
    if (isExcludedName(name)) return VERDICTS.never;
    if (own.has(below)) return VERDICTS.specFile;
    if (others.has(below) || OF_THE_WORKSPACE.has(below)) return VERDICTS.notOfProject;
    return rules.decide(below, isFolder);
  };
  const decisions = new Decisions(question.tell);
  const found = await walkTree(folder, {
    ...question,
    parameter: "requirements",
    enter: (below, names) => rules.enter(below, names),
    skip: (below, name, isFolder) => told(decide(below, name, isFolder), `${path}/${below}`, isFolder, decisions.tell),
  });
  const content = found.filter(({ type }) => type !== "directory");
  for (const { path: link, link: target } of linksOut(content)) {
    question.faults.add("requirements", {
      code: "link_out",
      message: `the link '${link}' of the project in '${path}' leads out of it, to '${target}'`,
      hint: "Copy its target there, or leave the link out with an ignore file.",
    });
  }
  const shipped = content.map((entry) => ({ ...entry, path: `${path}/${entry.path}` }));
  decisions.settle(shipped, "special-file");
  return shipped;
}
