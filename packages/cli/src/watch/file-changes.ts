import { once } from "node:events";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isExcludedName } from "@imagespec/core/internal";
import { FSWatcher } from "chokidar";

/**
 * Milliseconds without a change after which those before it count as one: an editor writes in several steps. chokidar
 * leaves out changes of a file within 50 ms of one it told of, which are over then.
 */
const QUIET = 60;

/** Tells when files change, whichever way they are written. What never goes into an image is not looked at. */
export class FileChanges {
  readonly #watcher: FSWatcher;
  #paths: ReadonlySet<string> = new Set();
  #changed: string | undefined;

  constructor() {
    const isIgnored = (path: string) => isExcludedName(basename(path)) && !this.#paths.has(path);
    this.#watcher = new FSWatcher({ ignoreInitial: true, ignored: isIgnored });
    this.#watcher.on("all", (_, path) => {
      this.#changed = path;
    });
    // A folder that cannot be read cannot be watched; if that matters, reading it for the image reports it.
    this.#watcher.on("error", () => undefined);
  }

  /** Watches these files and folders, with all that is below them, and no others. */
  async watch(paths: readonly string[]): Promise<void> {
    const before = this.#paths;
    this.#paths = new Set(paths);
    this.#watcher.unwatch([...before].filter((path) => !this.#paths.has(path)));
    const added = paths.filter((path) => !before.has(path));
    const isFirst = before.size === 0 && added.length > 0;
    const ready = isFirst ? once(this.#watcher, "ready") : undefined;
    this.#watcher.add(added);
    await ready;
  }

  /**
   * A path that changed since the last call, once it has been quiet for 60 ms.
   *
   * @throws what aborting the signal was given.
   */
  async next(signal: AbortSignal): Promise<string> {
    if (this.#changed === undefined) await once(this.#watcher, "all", { signal });
    for (;;) {
      const path = this.#changed;
      this.#changed = undefined;
      await sleep(QUIET, undefined, { signal });
      if (this.#changed === undefined) return path ?? "";
    }
  }

  close(): Promise<void> {
    return this.#watcher.close();
  }
}
