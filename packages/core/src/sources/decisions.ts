import type { TreeEntry } from "../files/walk-tree.ts";
import type { FileDecision, FileReason, TellDecision } from "../ignore/file-decision.ts";

/** The decisions of one walk, told once it is known what came of them. */
export class Decisions {
  readonly #tell: TellDecision;
  readonly #made: FileDecision[] = [];
  /** Undefined where nobody asks, so that nothing is kept. */
  readonly tell: TellDecision;

  constructor(tell: TellDecision) {
    this.#tell = tell;
    this.tell = tell && ((decision) => void this.#made.push(decision));
  }

  /** `otherwise` is why what was let in is not among the entries after all. */
  settle(entries: readonly TreeEntry[], otherwise: FileReason): void {
    if (this.#tell === undefined) return;
    const shipped = new Set(entries.map(({ path }) => path));
    for (const decision of this.#made) {
      const isLost = decision.isIn && !shipped.has(decision.path);
      this.#tell(isLost ? { path: decision.path, isIn: false, because: otherwise } : decision);
    }
  }
}
