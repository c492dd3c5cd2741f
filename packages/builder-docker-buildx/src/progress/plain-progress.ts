import type { BuildLog } from "./build-log.ts";

/** Reads lines of `--progress=plain` into a build's log. */
export function readPlainProgress(log: BuildLog): (line: string, stream: "stdout" | "stderr") => void {
  const known = new Set<string>();
  return (line, stream) => {
    const [, id, rest = ""] = /^#(\d+) (.*)$/s.exec(line) ?? [];
    if (id === undefined) return log.line(line, stream);
    const done = /^DONE (?:([\d.]+)s)?/.exec(rest);
    if (done) return log.end(id, "done", done[1] === undefined ? undefined : Number(done[1]));
    if (rest === "CACHED") return log.end(id, "cached");
    if (rest.startsWith("ERROR")) {
      log.end(id, "failed");
      return log.line(rest, stream);
    }
    if (!known.has(id)) {
      known.add(id);
      return log.start(id, rest);
    }
    // Output of a step comes behind the seconds since it began; the rest is BuildKit's own digests and transfers.
    const output = /^\d+\.\d+ (.*)$/s.exec(rest);
    if (output) log.line(output[1] ?? "", stream);
  };
}
