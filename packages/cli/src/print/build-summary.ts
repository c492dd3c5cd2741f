import type { BuildEvent } from "@imagespec/core";
import { ENGINE_STEPS } from "@imagespec/core/internal";
import { byteCount } from "@imagespec/inspect";
import { stepName } from "./progress.ts";
import { seconds, shortened } from "./terminal-text.ts";

/** How many steps are named, those that took longest. */
const NAMED = 3;
/** The most characters of a step's name that are shown: a layer of many packages has a long name. */
const LONGEST_NAME = 40;
const ENGINES: readonly string[] = Object.values(ENGINE_STEPS);

interface Moved {
  direction: "fetched" | "pushed";
  moved: number;
  reused: number;
}

/** What happened while one image was built, in a line or two. */
export class BuildSummary {
  readonly #ran = new Map<string, number>();
  readonly #cached = new Set<string>();
  readonly #moved = new Map<string, Moved>();
  #seconds = 0;

  add(event: BuildEvent): void {
    if (event.type === "step") {
      const name = stepName(event);
      if (event.name === ENGINE_STEPS.build) this.#seconds = event.seconds ?? 0;
      if (ENGINES.includes(event.name)) return;
      if (event.status === "cached") this.#cached.add(name);
      else if (event.status !== "started") this.#ran.set(name, event.seconds ?? 0);
    } else if (event.type === "progress" && event.direction !== undefined) {
      const { direction, current, reused = 0 } = event;
      this.#moved.set(stepName(event), { direction, moved: current - reused, reused });
    }
  }

  /** The lines of the summary; none where nothing was built. */
  lines(): string[] {
    if (this.#seconds === 0) return [];
    const longest = [...this.#ran].sort(([, one], [, other]) => other - one).slice(0, NAMED);
    const named = longest.map(([name, time]) => `${shortName(name)} ${seconds(time)}`).join(", ");
    const steps = [
      `${this.#ran.size} ${this.#ran.size === 1 ? "step" : "steps"} run${named === "" ? "" : ` (${named})`}`,
      ...(this.#cached.size === 0 ? [] : [`${this.#cached.size} from the cache`]),
    ];
    const [fetched, pushed, reused] = [this.#sum("fetched"), this.#sum("pushed"), this.#sum("reused")];
    const bytes = [
      ...(fetched === 0 ? [] : [`${byteCount(fetched)} fetched`]),
      ...(pushed === 0 ? [] : [`${byteCount(pushed)} pushed`]),
      ...(reused === 0 ? [] : [`${byteCount(reused)} were in the registry`]),
    ];
    return [`${seconds(this.#seconds)}: ${steps.join(", ")}`, ...(bytes.length === 0 ? [] : [bytes.join(", ")])];
  }

  #sum(kind: "fetched" | "pushed" | "reused"): number {
    const all = [...this.#moved.values()];
    if (kind === "reused") return all.reduce((total, { reused }) => total + reused, 0);
    return all.reduce((total, { direction, moved }) => total + (direction === kind ? moved : 0), 0);
  }
}

/**
 * A step's name, with what tells it from others first: for bytecode its packages rather than the Python that made it.
 */
function shortName(name: string): string {
  return shortened(name.replace(/^bytecode by .*? of (?:\w+ packages: )?/, "bytecode of "), LONGEST_NAME);
}

/** The summaries of images that are built side by side, by their reference. */
export class BuildSummaries {
  readonly #images = new Map<string, BuildSummary>();

  add(event: BuildEvent): void {
    const image = event.image ?? "";
    const summary = this.#images.get(image) ?? new BuildSummary();
    this.#images.set(image, summary);
    summary.add(event);
  }

  /** The lines about an image, which is forgotten then. */
  take(image: string): string[] {
    const lines = this.#images.get(image)?.lines() ?? [];
    this.#images.delete(image);
    return lines;
  }
}
