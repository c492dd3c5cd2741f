import { realpathSync } from "node:fs";
import { relative, sep } from "node:path";
import type { Spec } from "../spec/spec.ts";

/** The spec's own files that lie below a folder, by their paths in it: a comment in one is not content of the image. */
export function specFiles(spec: Spec, folder: string): ReadonlySet<string> {
  const real = (path: string) => {
    try {
      return realpathSync(path);
    } catch {
      return path; // What is missing is told by who needs it.
    }
  };
  const top = real(folder);
  return new Set((spec.specFiles ?? []).map((file) => relative(top, real(file)).replaceAll(sep, "/")));
}
