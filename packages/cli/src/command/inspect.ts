import { ImageSpecError } from "@imagespec/core";
import { normalPlatforms } from "@imagespec/core/internal";
import { compareImages, imagePage, inspectImage } from "@imagespec/inspect";
import type { Command, CommandContext } from "../context/command-context.ts";
import { EXIT } from "../exit-codes.ts";
import { differenceLines, reportLines } from "../print/image-lines.ts";
import { onlyTarget } from "../target/chosen-targets.ts";
import { resolveTarget } from "../target/resolve-target.ts";

/** `inspect`: what an image is made of, or with `--diff` what sets it apart from another. */
export const inspect: Command = async (context) => {
  const { line, env, signal, print } = context;
  if (line.file === undefined) {
    throw new ImageSpecError("E_OPTIONS", "imagespec inspect: no image is named", {
      hint: "Name a reference, oci:FOLDER, docker-archive:FILE, engine:NAME or a spec file.",
    });
  }
  const reference = await referenceOf(line.file, context);
  const options = { env, signal, platform: line.platform };
  if (line.html && (line.json || line.diff !== undefined)) {
    throw new ImageSpecError("E_OPTIONS", `--html cannot be used with ${line.json ? "--json" : "--diff"}`, {
      hint: "Leave one of them out.",
    });
  }
  if (line.diff !== undefined) {
    const difference = await compareImages(await referenceOf(line.diff, context), reference, options);
    print(line.json ? JSON.stringify(difference) : differenceLines(difference).join("\n"));
    return EXIT.done;
  }
  const inspection = await inspectImage(reference, options);
  const { report } = inspection;
  if (line.html) print(imagePage(inspection).trimEnd());
  else print(line.json ? JSON.stringify(report) : reportLines(report).join("\n"));
  return EXIT.done;
};

/**
 * What a spec file stands for is the image that `build` pushes, or loads into the container engine without a registry.
 * A platform that is one of the spec's own chooses in that image; another one replaces them, as it does in a build.
 */
async function referenceOf(text: string, context: CommandContext): Promise<string> {
  if (!/\.(?:ts|mjs|js|json|ya?ml)$/.test(text)) return text;
  const line = { ...context.line, file: text };
  const { target } = await onlyTarget({ ...context, line });
  const own = platformsOf(target.spec.platform);
  const isOwn = platformsOf(line.platform).every((platform) => own.includes(platform));
  const platform = isOwn ? undefined : line.platform;
  const { reference, resolved } = await resolveTarget(target, { ...context, line: { ...line, platform } });
  return resolved.target.registry === undefined ? `engine:${reference}` : reference;
}

function platformsOf(text: string | undefined): string[] {
  return text === undefined ? [] : normalPlatforms([text]);
}
