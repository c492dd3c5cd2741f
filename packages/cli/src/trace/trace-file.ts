import { access, constants, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { ImageSpecError } from "@imagespec/core";
import { isNamedPipe } from "@imagespec/core/internal";
import { BuildTrace } from "./build-trace.ts";

/** The file that a trace of a build is written to, once the build has ended. */
export class TraceFile {
  /** What is written. */
  readonly trace = new BuildTrace();
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * Looks whether the file can be written, so that nobody learns it after a long build. Nothing is written yet: the
   * file may lie in a folder that the image ships.
   *
   * @throws ImageSpecError E_OPTIONS when it cannot be written.
   */
  static async at(path: string): Promise<TraceFile> {
    try {
      if (await isFolder(path)) throw new Error(`${path} is a folder`);
      if (await isNamedPipe(path)) throw new Error(`${path} is a pipe, not a file`);
      await access(path, constants.W_OK).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error;
        await access(dirname(resolve(path)), constants.W_OK);
      });
    } catch (cause) {
      throw new ImageSpecError("E_OPTIONS", `The trace cannot be written: ${(cause as Error).message}`, {
        hint: "Name a file in a folder that exists and may be written to.",
        cause,
      });
    }
    return new TraceFile(path);
  }

  /** @throws ImageSpecError E_OUTPUT when it cannot be written, though it could be when the build began. */
  async write(): Promise<void> {
    await writeFile(this.#path, `${JSON.stringify(this.trace.document())}\n`).catch((cause: Error) => {
      throw new ImageSpecError("E_OUTPUT", `The trace cannot be written: ${cause.message}`, {
        hint: "Make room for it, or name a file elsewhere with --trace.",
        cause,
      });
    });
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
