import type { Measured } from "./measure.ts";

/** One line of the table: the same work done by imagespec and by a rival. */
export interface Row {
  /** `build: one source changed` */
  name: string;
  rival: string;
  /** The largest ratio that meets the goal. */
  goal: number;
  /** What is compared. */
  what: "ms" | "cpu";
  /** How often each side runs, if not as often as the command line says. */
  rounds?: number | undefined;
  /** Called before each pair, with its number; not measured. */
  prepare?(round: number): Promise<void>;
  ours(round: number): Promise<Measured>;
  theirs(round: number): Promise<Measured>;
}

/** Rows that share what they need. */
export interface RowGroup {
  /** Selects the group on the command line. */
  name: string;
  /** Makes what its rows need below `folder`, which is removed afterwards. */
  open(folder: string): Promise<{ rows: Row[]; close?(): Promise<void> }>;
}

/** The result of a row. Times are medians in milliseconds. */
export interface RowResult {
  name: string;
  rival: string;
  what: "ms" | "cpu";
  goal: number;
  /** Median of the ratios of the pairs, ours to theirs. */
  ratio: number;
  ours: number;
  theirs: number;
  /** Our peak of memory in MB. */
  megabytes: number;
  rounds: number;
  /** Size of what was made, ours to theirs. */
  size?: number | undefined;
}
