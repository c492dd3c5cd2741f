import type { FileStats } from "./file-stats.ts";

/**
 * Resolutions of file system clocks that are coarser than {@link LEAST_GRANULARITY}, in milliseconds: FAT's two
 * seconds, whole seconds, slow ticks.
 */
const GRANULARITIES = [2000, 1000, 100] as const;
const COARSEST = GRANULARITIES[0];
/** The kernel advances even a nanosecond clock only at each tick of its timer. */
const LEAST_GRANULARITY = 50;

type Times = Pick<FileStats, "mtime" | "ctime" | "atime">;

/**
 * Whether a file's times, at a moment in milliseconds, tell it from its next version: whether it has changed long
 * enough before that moment, and lies on a file system that keeps times of its own.
 */
export function areTelling(times: Times, moment: number): boolean {
  return !isYoung(times, moment) && !isOfOneTime(times);
}

/** Whether a file changed so shortly before a moment that it may change again while its times stay the same. */
function isYoung({ mtime, ctime }: Times, moment: number): boolean {
  const last = Math.max(mtime, ctime);
  // Of nearly all files no more need be asked.
  if (last + COARSEST < moment) return false;
  return mtime + granularityOf(mtime) >= moment || ctime + granularityOf(ctime) >= moment;
}

/**
 * How far apart two changes of a file may be and still leave the same time. A time that is a multiple of a coarse unit
 * is taken to come from a clock of that resolution; a fine clock shows such a time about once in a thousand.
 */
function granularityOf(time: number): number {
  return GRANULARITIES.find((unit) => time % unit === 0) ?? LEAST_GRANULARITY;
}

/**
 * Whether a file shows one whole second as all of its times. So do all files of a file system that stores a single time
 * and is never written to, such as squashfs, erofs and ISO 9660: of two such images of one build, with the times that
 * SOURCE_DATE_EPOCH sets, a file has the same inode and times whatever its content, and the other image may be mounted
 * in its place. A file that was written elsewhere shows this only until it is first read.
 */
function isOfOneTime({ mtime, ctime, atime }: Times): boolean {
  return mtime === ctime && mtime === atime && mtime % 1000 === 0;
}
