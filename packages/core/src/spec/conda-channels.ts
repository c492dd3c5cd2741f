const CONDA_FORGE = "conda-forge";

/** A word of conda's environment files: no channels but the named ones. */
export const NO_DEFAULTS = "nodefaults";

/**
 * The channels that are asked, by priority: those of the spec and conda-forge last, unless it is named or `nodefaults`
 * among them says that no other is wanted. Pure.
 */
export function condaChannelsOf(channels: readonly string[]): string[] {
  const named = channels.filter((channel) => channel !== NO_DEFAULTS);
  const isClosed = named.length < channels.length || named.includes(CONDA_FORGE);
  return isClosed ? named : [...named, CONDA_FORGE];
}
