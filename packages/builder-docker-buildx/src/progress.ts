import { LineSplitter } from "@imagespec/core/builder";
import { redact } from "@imagespec/registry";
import type { BuildLog } from "./build-log.ts";

/** Takes what docker prints while it builds. */
export interface ProgressReader {
  /** One line, without its end. */
  onLine(line: string, stream: "stdout" | "stderr"): void;
  /** Emits an unfinished last line. */
  end(): void;
}

/**
 * Reads lines of `--progress=plain` into a build's log. The texts of `texts` are out of them already, but for what is
 * recognized only without the number and time in front of it.
 */
export function readPlainProgress(log: BuildLog, texts: readonly string[]): ProgressReader {
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
    } else if (output) log.line(redact(output[1] ?? "", texts), stream);
  };
  return { onLine, end: () => undefined };
}

/** What BuildKit tells of a build, as buildx prints it: the changes since it told last. */
export interface SolveStatus {
  vertexes?: {
    digest: string;
    name?: string;
    started?: string;
    completed?: string;
    cached?: boolean;
    error?: string;
  }[];
  statuses?: { id?: string; name?: string; current?: number; total?: number; completed?: string }[];
  logs?: { vertex: string; stream?: number; data?: string }[];
  warnings?: { short?: string }[];
}

/**
 * Brings BuildKit's reports into a build's log. The text in them comes encoded, so the texts of `redact` are removed
 * here.
 */
export class SolveStatusReader {
  readonly #log: BuildLog;
  readonly #redact: readonly string[];
  /** By step and stream. */
  readonly #open = new Map<string, LineSplitter>();

  constructor(log: BuildLog, redact: readonly string[]) {
    this.#log = log;
    this.#redact = redact;
  }

  read(status: SolveStatus): void {
    const log = this.#log;
    for (const vertex of status.vertexes ?? []) {
      if (vertex.started !== undefined || vertex.cached) log.start(vertex.digest, vertex.name ?? vertex.digest);
      if (vertex.error) {
        log.end(vertex.digest, "failed");
        log.line(this.#clean(vertex.error), "stderr");
      } else if (vertex.cached) log.end(vertex.digest, "cached");
      else if (vertex.completed !== undefined) log.end(vertex.digest, "done", seconds(vertex));
    }
    for (const { vertex, stream, data } of status.logs ?? []) {
      this.#text(vertex, stream === 2 ? "stderr" : "stdout", Buffer.from(data ?? "", "base64"));
    }
    for (const { id, name, current = 0, total } of status.statuses ?? []) {
      if (current > 0 || total) log.progress(name || id || "", current, total);
    }
  }

  /** Gives out lines that were not ended. */
  end(): void {
    for (const lines of this.#open.values()) lines.end();
    this.#open.clear();
  }

  #text(vertex: string, stream: "stdout" | "stderr", bytes: Buffer): void {
    const key = `${vertex} ${stream}`;
    const lines =
      this.#open.get(key) ??
      new LineSplitter((line) => this.#log.line(this.#clean(line), stream), { secrets: this.#redact });
    this.#open.set(key, lines);
    lines.write(bytes);
  }

  #clean(text: string): string {
    return redact(text, this.#redact);
  }
}

/**
 * Reads lines of buildx's `--progress=rawjson` into a build's log. A line that is not a JSON object is one that docker
 * printed itself; one that starts like an object and cannot be read is left out, for the text in it is encoded and
 * nobody could tell a secret in it.
 */
export function readRawJsonProgress(log: BuildLog, texts: readonly string[]): ProgressReader {
  const reader = new SolveStatusReader(log, texts);
  const onLine = (line: string, stream: "stdout" | "stderr") => {
    const status = line.startsWith("{") ? parse(line) : undefined;
    if (status !== undefined) reader.read(status);
    else if (!line.startsWith("{")) log.line(redact(line, texts), stream);
  };
  return { onLine, end: () => reader.end() };
}

function parse(line: string): SolveStatus | undefined {
  try {
    const value = JSON.parse(line) as SolveStatus;
    const lists = [value.vertexes, value.statuses, value.logs];
    return lists.every((list) => list === undefined || list === null || Array.isArray(list)) ? value : undefined;
  } catch {
    return undefined;
  }
}

function seconds({ started, completed }: { started?: string; completed?: string }): number | undefined {
  const time = Date.parse(completed ?? "") - Date.parse(started ?? "");
  return Number.isFinite(time) ? Math.max(0, time / 1000) : undefined;
}
