import { FileRefused, ImageSpecError, type SpecFault } from "@imagespec/registry/terms";
import { faultPath } from "../spec/fault-path.ts";

/** Collects what is wrong with the files of a spec, so that one error can name all of it. */
export class InputFaults {
  readonly #faults: SpecFault[] = [];

  add(parameter: string | (string | number)[], code: string, message: string, hint: string): void {
    this.#faults.push({ path: [parameter].flat(), code, message, hint });
  }

  /** Adds what a failed system call says about a path. */
  addSystem(parameter: string | (string | number)[], path: string, error: unknown): void {
    if (error instanceof FileRefused) {
      const hint = error.code === "not_a_file" ? "Put a regular file there, or name another." : "Name a smaller file.";
      this.add(parameter, error.code, `'${path}' ${error.message}`, hint);
      return;
    }
    const code = (error as NodeJS.ErrnoException).code ?? "unreadable";
    if (code === "ENOENT" || code === "ENOTDIR") {
      this.add(
        parameter,
        "missing",
        `'${path}' does not exist`,
        /^~|\$/.test(path)
          ? "Write the path out: neither ~ nor a variable is replaced in a spec."
          : "Create it, or correct the path; relative paths start from the spec's root.",
      );
    } else if (code === "EACCES" || code === "EPERM") {
      this.add(
        parameter,
        "unreadable",
        `'${path}' cannot be read: permission denied`,
        "Make it readable, or leave it out with an ignore file.",
      );
    } else
      this.add(
        parameter,
        "unreadable",
        `'${path}' cannot be read: ${code}`,
        "Check the file, or leave it out with an ignore file.",
      );
  }

  /** Throws one E_INPUT_FILE that names every fault; does nothing when there is none. */
  throwIfAny(): void {
    const [first] = this.#faults;
    if (!first) return;
    const lines = this.#faults.map(({ path, message }) => `${faultPath(path)}: ${message}`);
    const message =
      lines.length === 1 ? `${lines[0]}` : `${lines.length} input files are wrong:\n- ${lines.join("\n- ")}`;
    const hints = [...new Set(this.#faults.map(({ hint }) => hint))];
    throw new ImageSpecError("E_INPUT_FILE", message, { hint: hints.join("\n"), faults: this.#faults });
  }
}
