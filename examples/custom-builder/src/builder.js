import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ImageSpecBuilder, ImageSpecError, openShippedFile } from "@imagespec/core";
import { renderDockerfile } from "@imagespec/dockerfile";
import { z } from "zod";

/** Hands the Dockerfile and its context to a folder, where another system builds and pushes the image. */
class ExportBuilder extends ImageSpecBuilder {
  builderType = "export";

  // Any Standard Schema does: zod, valibot, arktype. What is wrong with the options is E_OPTIONS before anything runs.
  optionsSchema = z.strictObject({ folder: z.string().min(1).default("image-context") });

  // Pure: what of this request cannot be done here. The engine then goes on to the next builder, or says why not.
  supports({ target }) {
    if (target.output === undefined) return [];
    return [{ parameter: "output", reason: "this builder writes a build context, no image" }];
  }

  // Under 2 s, writes nothing: whether it can work on this machine now. A tool would be looked for here.
  async probe() {
    return { usable: true, detail: "needs no tool" };
  }

  // Called last. `plan`, `files` and `options` are all there is to look at: what was hashed is what is shipped.
  async buildImage({ plan, files, options, mirrors, signal, emit }) {
    const folder = resolve(options.folder);
    // Written aside and renamed: a cancelled run leaves no half context.
    const draft = `${folder}.${process.pid}.draft`;
    emit({ type: "step", name: `write ${files.length} files to ${folder}`, status: "started" });
    try {
      await mkdir(draft, { recursive: true });
      for (const file of files) {
        if (signal.aborted) throw new ImageSpecError("E_ABORTED", `Writing ${folder} was cancelled.`);
        await write(draft, file);
      }
      const { text } = renderDockerfile(plan, { dialect: "buildkit", builder: "export@1.0.0", files, mirrors });
      await writeFile(join(draft, "Dockerfile"), text);
      await rm(folder, { recursive: true, force: true });
      await rename(draft, folder);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
    emit({ type: "step", name: `write ${files.length} files to ${folder}`, status: "done" });
    // A string is the image's reference, for those that use this one as a base; undefined would mean the same here.
    return plan.reference;
  }
}

async function write(folder, file) {
  const path = join(folder, file.path);
  if (file.type === "directory") return mkdir(path, { recursive: true });
  await mkdir(dirname(path), { recursive: true });
  if (file.type === "symlink") return symlink(file.link, path);
  // Checks size and sha256 while it reads: a file that changed since it was hashed is E_FILE_CHANGED.
  return writeFile(path, openShippedFile(file), { mode: file.mode });
}

export default new ExportBuilder();
