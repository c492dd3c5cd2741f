const CONDA_FORGE = "conda-forge";

/** A word of conda's environment files: no channels but the named ones. */
export const NO_DEFAULTS = "nodefaults";

/** What conda's `defaults` stands for on Linux (default_channels of its configuration). */
const DEFAULTS = ["https://repo.anaconda.com/pkgs/main", "https://repo.anaconda.com/pkgs/r"];

/**
 * The channels that are asked, by priority: those of the spec and conda-forge last, unless it is named or `nodefaults`
 * among them says that no other is wanted; `defaults` stands for the channels that conda means by it. Pure.
 */
export function condaChannelsOf(channels: readonly string[]): string[] {
  const named = channels.filter((channel) => channel !== NO_DEFAULTS);
  const isClosed = named.length < channels.length || named.includes(CONDA_FORGE);
  const all = isClosed ? named : [...named, CONDA_FORGE];
  return [...new Set(all.flatMap((channel) => (channel === "defaults" ? DEFAULTS : [channel])))];
}
