import { relative } from "node:path";
import type { FileDecision, FileReason } from "@imagespec/core/internal";
import { printable } from "./terminal-text.ts";

const REASONS: Readonly<Record<FileReason, string>> = {
  "no-rule": "",
  rule: "",
  tracked: "tracked by git, despite",
  never: "never goes into an image",
  "spec-file": "the spec's own file",
  "no-module": "no module (sourceCopyMode: loaded_modules)",
  "not-of-project": "no part of the project",
  copy: "named by copy",
  requirements: "read for requirements",
  "special-file": "cannot be shipped",
};

/** Why a file is in or out, as a line. The path of an ignore file is relative to `cwd`. */
export function fileLine({ path, isIn, because, rule }: FileDecision, cwd = process.cwd()): string {
  const ignoreFile = rule && (relative(cwd, rule.file) || rule.file);
  const reason = [REASONS[because], rule && `${ignoreFile}:${rule.line}: ${rule.text}`].filter(Boolean).join(" ");
  return printable(`${isIn ? "in " : "out"}  ${path}${reason === "" ? "" : `  (${reason})`}`);
}
