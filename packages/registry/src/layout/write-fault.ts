import { ImageSpecError } from "../errors/image-spec-error.ts";

const HINTS: Record<string, string> = {
  ENOSPC: "Free some space on that disk, or write elsewhere.",
  EDQUOT: "Free some of your quota, or write elsewhere.",
  EFBIG: "Raise the limit of file sizes (ulimit -f), or write elsewhere.",
  EACCES: "Choose a place you may write to.",
  EPERM: "Choose a place you may write to.",
  EROFS: "Choose a place that is not read-only.",
  ENOENT: "Create the folder, or choose another.",
  ENOTDIR: "Choose a place whose parents are folders.",
  EISDIR: "Choose a place that is not a folder.",
  EEXIST: "Choose a place whose parents are folders.",
  ELOOP: "Choose a place that no link leads to in a circle.",
  ENAMETOOLONG: "Choose a shorter name.",
  EMFILE: "Raise the limit of open files (ulimit -n).",
};

/** A failure to write `target` as E_OUTPUT that says what to do; any other error as it is. */
export function writeFault(error: unknown, target: string): unknown {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  const hint = code === undefined || syscall === undefined ? undefined : HINTS[code];
  if (hint === undefined) return error;
  return new ImageSpecError("E_OUTPUT", `${target} cannot be written (${code})`, {
    hint,
    cause: error,
    details: { code },
  });
}

/** Waits for work that writes `target`; its failure is a {@link writeFault}. */
export async function orWriteFault<T>(work: Promise<T>, target: string): Promise<T> {
  return work.catch((error: unknown) => {
    throw writeFault(error, target);
  });
}
