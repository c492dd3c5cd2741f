import { type BuildEvent, type ImageSpecError, pinnedReference } from "@imagespec/core";
import { buildOptions } from "../command-line/command-line.ts";
import { answerLine, type Command } from "../context/command-context.ts";
import { concurrencyOf } from "../context/concurrency.ts";
import { projectEngine } from "../context/project-engine.ts";
import { EXIT } from "../exit-codes.ts";
import { startProgress } from "../print/start-progress.ts";
import { UnreadEvents } from "../print/unread-events.ts";
import { chosenTargets } from "../target/chosen-targets.ts";
import { TraceFile } from "../trace/trace-file.ts";

/**
 * `build`: bases first, independent targets side by side; references to standard output, progress to standard error.
 */
export const build: Command = async (context) => {
  const { line, signal, print } = context;
  const concurrency = concurrencyOf(context);
  const { targets, folder } = await chosenTargets(context);
  const traceFile = line.trace === undefined ? undefined : await TraceFile.at(line.trace);
  const engine = projectEngine(context, folder);
  const progress = line.json ? undefined : startProgress(process.stderr, context.env);
  const unread = new UnreadEvents(line.json ? process.stdout : process.stderr);
  const named = (index: number) => (targets[index]?.name === undefined ? {} : { target: targets[index].name });
  const show = (events: BuildEvent[], index: number) => {
    for (const event of events) {
      if (progress === undefined) print(JSON.stringify({ ...event, ...named(index) }));
      else progress.show(event);
    }
  };
  const { push, output, force } = line;
  try {
    const specs = targets.map(({ spec }) => spec);
    await engine
      .buildAll(specs, {
        ...buildOptions(line),
        push,
        output,
        force,
        signal,
        concurrency,
        onEvent: (event, index) => {
          traceFile?.trace.add(event);
          show(unread.admit(event), index);
        },
        onOutcome: (outcome, index) => {
          show(unread.rest(), index);
          if (line.json) {
            print(JSON.stringify({ type: "outcome", ...named(index), ...outcome }));
            return;
          }
          progress?.outcome(outcome);
          const reference = pinnedReference(outcome);
          const target = targets[index];
          if (target !== undefined && reference !== "") print(answerLine(target, reference, targets));
        },
      })
      .finally(() => show(unread.rest(), 0));
  } catch (error) {
    // Why the build failed comes before why its trace cannot be read.
    await traceFile
      ?.write()
      .catch(({ message, hint }: ImageSpecError) => show([{ type: "warning", message, hint }], 0));
    throw error;
  } finally {
    progress?.stop();
  }
  await traceFile?.write();
  return EXIT.done;
};
