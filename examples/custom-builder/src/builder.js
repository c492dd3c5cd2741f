import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { abortedError, ImageSpecBuilder, openShippedFile, timedStep } from "@imagespec/core/builder";
import { renderDockerfile } from "@imagespec/dockerfile";
import { z } from "zod";

/** Hands the Dockerfile and its context to a folder, where another system builds and pushes the image. */
class ExportBuilder extends ImageSpecBuilder {
  builderType = "export";

  // Any Standard Schema works: zod, valibot, arktype. Invalid options are E_OPTIONS before anything runs.
  optionsSchema = z.strictObject({ folder: z.string().min(1).default("image-context") });

  // Pure: lists what this builder cannot do for the request. The engine then tries the next builder, or reports why none can.
  supports({ target }) {
    if (target.output === undefined) return [];
    return [{ parameter: "output", reason: "this builder writes a build context instead of an image" }];
  }

  // Says within 2 s, without writing, whether the builder can work on this machine now. Look for tools here.
  async probe() {
    return { usable: true, detail: "needs no tool" };
  }

  // Called last. It reads nothing but `plan`, `files` and `options`: what was hashed is what is shipped.
  async buildImage({ plan, files, options, mirrors, signal, emit }) {
    const folder = resolve(options.folder);
    // Written elsewhere and renamed, so that a cancelled run leaves no partial context.
    const draft = `${folder}.${process.pid}.draft`;
    await timedStep(emit, `write ${files.length} files to ${folder}`, async () => {
      try {
        await mkdir(draft, { recursive: true });
        for (const file of files) {
          if (signal.aborted) throw abortedError(`Writing ${folder}`);
          await write(draft, file);
        }
        const { text } = renderDockerfile(plan, { dialect: "buildkit", builder: "export@1.0.0", files, mirrors });
        await writeFile(join(draft, "Dockerfile"), text);
        await rm(folder, { recursive: true, force: true });
        await rename(draft, folder);
      } finally {
        await rm(draft, { recursive: true, force: true });
      }
    });
    return { reference: plan.reference };
  }
}

async function write(folder, file) {
  const path = join(folder, file.path);
  if (file.type === "directory") return mkdir(path, { recursive: true });
  await mkdir(dirname(path), { recursive: true });
  if (file.type === "symlink") return symlink(file.link, path);
  // Verifies size and sha256 while reading: a file that changed since it was hashed is E_FILE_CHANGED.
  return writeFile(path, openShippedFile(file), { mode: file.mode });
}

export default new ExportBuilder();
