import { FileRefused, ImageSpecError, type Problem, type SpecFault } from "@imagespec/registry/terms";
import { joinedFaults } from "../spec/fault-path.ts";

/** The parameter at fault, or the place inside it. */
export type FaultPlace = string | (string | number)[];

/** Collects what is wrong with the files of a spec, so that one error can name all of it. */
export class InputFaults {
  readonly #faults: SpecFault[] = [];

  add(parameter: FaultPlace, { code, message, hint }: Problem): void {
    this.#faults.push({ path: [parameter].flat(), code, message, hint });
  }

  /** Adds what a failed system call says about a path. */
  addSystem(parameter: FaultPlace, path: string, error: unknown): void {
    const isSource = [parameter].flat()[0] === "sourceRoot";
    this.add(parameter, systemProblem(path, error, isSource));
  }

  /** Throws one E_INPUT_FILE that names every fault; does nothing when there is none. */
  throwIfAny(): void {
    if (this.#faults.length === 0) return;
    const { message, hint } = joinedFaults(this.#faults, "", `${this.#faults.length} input files are wrong`);
    throw new ImageSpecError("E_INPUT_FILE", message, { hint, faults: this.#faults });
  }
}

/** `isSource` of what an ignore file can leave out. */
function systemProblem(path: string, error: unknown, isSource: boolean): Problem {
  if (error instanceof FileRefused) {
    const hint = error.code === "not_a_file" ? "Put a regular file there, or name another." : "Name a smaller file.";
    return { code: error.code, message: `'${path}' ${error.message}`, hint };
  }
  const code = (error as NodeJS.ErrnoException).code ?? "unreadable";
  if (code === "ENOENT" || code === "ENOTDIR") {
    return { code: "missing", message: `'${path}' does not exist`, hint: hintForMissing(path) };
  }
  const isDenied = code === "EACCES" || code === "EPERM";
  const message = `'${path}' cannot be read: ${isDenied ? "permission denied" : code}`;
  const otherwise = isSource ? "leave it out with an ignore file" : "name another";
  const hint = `${isDenied ? "Make it readable" : "Check the file"}, or ${otherwise}.`;
  return { code: "unreadable", message, hint };
}

function hintForMissing(path: string): string {
  if (/^~|\$/.test(path)) return "Write the path out: neither ~ nor a variable is replaced in a spec.";
  const [tool] = /(?:uv|poetry)(?=\.lock$)/.exec(path) ?? [];
  const start = tool === undefined ? "Create it" : `Make it with '${tool} lock'`;
  return `${start}, or correct the path; relative paths start from the spec's root.`;
}
