import type { BuildLog } from "./build-log.ts";

/** Takes what docker prints while it builds. */
export interface ProgressReader {
  /** One line, without its end. */
  onLine(line: string, stream: "stdout" | "stderr"): void;
  /** Gives out what was not ended. */
  end(): void;
}

/** Reads lines of `--progress=plain` into a build's log. */
export function readPlainProgress(log: BuildLog): ProgressReader {
  const known = new Set<string>();
  const onLine = (line: string, stream: "stdout" | "stderr"): void => {
    const [, id, rest = ""] = /^#(\d+) (.*)$/s.exec(line) ?? [];
    if (id === undefined) {
      log.line(line, stream);
      return;
    }
    const done = /^DONE (?:([\d.]+)s)?/.exec(rest);
    // Output of a step comes behind the seconds since it began; the rest is BuildKit's own digests and transfers.
    const output = /^\d+\.\d+ (.*)$/s.exec(rest);
    if (done) log.end(id, "done", done[1] === undefined ? undefined : Number(done[1]));
    else if (rest === "CACHED") log.end(id, "cached");
    else if (rest.startsWith("ERROR")) {
      log.end(id, "failed");
      log.line(rest, stream);
    } else if (!known.has(id)) {
      known.add(id);
      log.start(id, rest);
    } else if (output) log.line(output[1] ?? "", stream);
  };
  return { onLine, end: () => undefined };
}
