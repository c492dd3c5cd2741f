import { type BuildEvent, IMAGE_ID_VARIABLE, ImageSpecError } from "@imagespec/core";
import { readManifests, resolveManifests } from "@imagespec/resolve";
import { buildOptions } from "../command-line/command-line.ts";
import type { Command } from "../context/command-context.ts";
import { concurrencyOf } from "../context/concurrency.ts";
import { projectEngine } from "../context/project-engine.ts";
import { EXIT } from "../exit-codes.ts";
import { startProgress } from "../print/start-progress.ts";
import { UnreadEvents } from "../print/unread-events.ts";

/**
 * `resolve`: the manifests with their images pinned to standard output, nothing when one fails; progress to standard
 * error.
 */
export const resolve: Command = async (context) => {
  const { line, signal, print } = context;
  const paths = [...(line.file === undefined ? [] : [line.file]), ...line.manifests];
  if (paths.length === 0) {
    throw new ImageSpecError("E_OPTIONS", "imagespec resolve: no manifest is named", {
      hint: "Name a file or folder with -f, or - for standard input.",
    });
  }
  const manifests = await readManifests({ paths, root: line.root, signal });
  const progress = startProgress(process.stderr, context.env);
  const unread = new UnreadEvents(process.stderr);
  const show = (events: BuildEvent[]) => {
    for (const event of events) progress.show(event);
  };
  // Inside the image's own container the image is still asked for.
  const { [IMAGE_ID_VARIABLE]: _own, ...env } = context.env;
  try {
    const resolved = await resolveManifests(manifests, {
      makeEngine: (folders) => projectEngine({ ...context, env }, ...folders),
      build: { ...buildOptions(line), force: line.force },
      concurrency: concurrencyOf(context),
      signal,
      onEvent: (event) => show(unread.admit(event)),
    }).finally(() => show(unread.rest()));
    const { text, images } = resolved;
    for (const { outcome } of images) progress.outcome(outcome);
    if (line.json) {
      print(
        JSON.stringify({
          images: images.map(({ outcome, ...image }) => ({ ...image, ...outcome, reference: image.reference })),
          manifests: resolved.manifests.map(({ name, text }) => ({ manifest: name, text })),
        }),
      );
    } else print(text.replace(/\n$/, ""));
    return EXIT.done;
  } finally {
    progress.stop();
  }
};
