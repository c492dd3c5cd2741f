/**
 * What to do about a push that a registry refuses for another reason than rights, by what it says; undefined for all
 * other refusals. Pure.
 */
export function refusedPushCure(said: string, repository: string): string | undefined {
  if (/\bname[ _]unknown\b|\brepository\b.*(?:does not exist|not found)/i.test(said)) {
    return `Create the repository ${repository} first: some registries make none when something is pushed.`;
  }
  if (/\bquota\b|configured upper limit/i.test(said)) return "Free space in the registry, or raise its quota.";
  return /\bimmutab|cannot be overwritten/i.test(said) ? TAG_IS_KEPT : undefined;
}

/** What to do about a tag that may not be written again. */
export const TAG_IS_KEPT =
  "Build again without force, which reuses what is there: the registry keeps a tag as it was first written.";
