import { type BuildEvent, type BuildOptions, type OnUnknown, pinnedReference } from "@imagespec/core";
import { EXIT } from "../exit-codes.ts";
import { startProgress } from "../print/start-progress.ts";
import { UnreadEvents } from "../print/unread-events.ts";
import { chosenTargets } from "./chosen-targets.ts";
import { answerLine, type Command } from "./command-context.ts";
import { projectEngine } from "./project-engine.ts";

/** `build`: one target after the other, bases first; the references to standard output, progress to standard error. */
export const build: Command = async (context) => {
  const { line, signal, print } = context;
  const { targets, folder } = await chosenTargets(context);
  const engine = projectEngine(context, folder);
  const progress = line.json ? undefined : startProgress(process.stderr, context.env);
  const unread = new UnreadEvents(line.json ? process.stdout : process.stderr);
  try {
    for (const target of targets) {
      const named = target.name === undefined ? {} : { target: target.name };
      const show = (events: BuildEvent[]) => {
        for (const event of events) {
          if (progress === undefined) print(JSON.stringify({ ...event, ...named }));
          else progress.show(event);
        }
      };
      const options: BuildOptions = {
        builderOptions: line.builderOptions,
        signal,
        onEvent: (event) => show(unread.admit(event)),
        builder: line.builder,
        platform: line.platform,
        push: line.push,
        output: line.output,
        force: line.force,
        onUnknown: line.onUnknown as OnUnknown | undefined,
      };
      const outcome = await engine.build(target.spec, options).finally(() => show(unread.rest()));
      if (line.json) {
        print(JSON.stringify({ type: "outcome", ...named, ...outcome }));
        continue;
      }
      progress?.outcome(outcome);
      const reference = pinnedReference(outcome);
      if (reference !== "") print(answerLine(target, reference, targets));
    }
    return EXIT.done;
  } finally {
    progress?.stop();
  }
};
