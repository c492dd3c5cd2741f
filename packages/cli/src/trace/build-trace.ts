import type { BuildEvent } from "@imagespec/core";
import { stepName } from "../print/progress.ts";

/** An event of Chrome's trace format; times are microseconds. */
export interface TraceEvent {
  /** X: something that took time; i: a moment; C: a count; M: what a process or thread is called. */
  ph: "X" | "i" | "C" | "M";
  name: string;
  /** The image. */
  pid: number;
  /** A lane, in which nothing overlaps. */
  tid: number;
  ts: number;
  dur?: number;
  /** How far a moment is drawn: across its thread. */
  s?: "t";
  cat?: string;
  args?: Record<string, string | number>;
}

interface Running {
  lane: number;
  since: number;
}

/** Where a step is drawn, and from when to when. */
interface Span extends Running {
  pid: number;
  now: number;
}

interface Image {
  pid: number;
  running: Map<string, Running>;
  /** Those that are taken. */
  lanes: Set<number>;
}

/**
 * The steps of builds in Chrome's trace format, which chrome://tracing, Perfetto and others draw: an image is a
 * process, and steps that overlap are in different threads of it.
 */
export class BuildTrace {
  readonly #clock: () => number;
  readonly #start: number;
  readonly #images = new Map<string, Image>();
  readonly #events: TraceEvent[] = [];

  /** `clock` returns milliseconds. */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
    this.#start = clock();
  }

  add(event: BuildEvent): void {
    if (event.type === "log") return;
    const now = Math.round((this.#clock() - this.#start) * 1000);
    const image = this.#image(event.image ?? "imagespec");
    if (event.type === "step") this.#step(event, image, now);
    else if (event.type === "warning") this.#moment(event.message, "warning", image, now);
    else {
      const args = { [event.unit]: event.current };
      this.#events.push({ ph: "C", name: stepName(event), pid: image.pid, tid: 0, ts: now, args });
    }
  }

  /** The document, with what is still under way up to now. */
  document(): { displayTimeUnit: "ms"; traceEvents: TraceEvent[] } {
    const now = Math.round((this.#clock() - this.#start) * 1000);
    const open = [...this.#images.values()].flatMap(({ pid, running }) =>
      [...running].map(([key, { lane, since }]) => span(key, "unfinished", { pid, lane, since, now })),
    );
    return { displayTimeUnit: "ms", traceEvents: [...this.#events, ...open] };
  }

  #step(event: Extract<BuildEvent, { type: "step" }>, image: Image, now: number): void {
    const key = stepName(event);
    if (event.status === "started") {
      image.running.set(key, { lane: this.#freeLane(image), since: now });
      return;
    }
    const running = image.running.get(key);
    if (running === undefined) {
      this.#moment(key, event.status, image, now);
      return;
    }
    image.running.delete(key);
    image.lanes.delete(running.lane);
    this.#events.push(span(key, event.status, { pid: image.pid, ...running, now }));
  }

  #moment(name: string, cat: string, { pid }: Image, ts: number): void {
    this.#events.push({ ph: "i", s: "t", name, cat, pid, tid: 0, ts });
  }

  #freeLane(image: Image): number {
    let lane = 0;
    while (image.lanes.has(lane)) lane++;
    image.lanes.add(lane);
    return lane;
  }

  #image(reference: string): Image {
    const known = this.#images.get(reference);
    if (known !== undefined) return known;
    const pid = this.#images.size + 1;
    const image = { pid, running: new Map(), lanes: new Set<number>() };
    this.#images.set(reference, image);
    this.#events.push({ ph: "M", name: "process_name", pid, tid: 0, ts: 0, args: { name: reference } });
    return image;
  }
}

function span(name: string, status: string, { pid, lane, since, now }: Span): TraceEvent {
  return { ph: "X", name, cat: status, pid, tid: lane, ts: since, dur: now - since, args: { status } };
}
