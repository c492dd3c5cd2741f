/** Where a channel named without an address is (conda: channel_alias). */
export const CONDA_CHANNELS = "https://conda.anaconda.org";

/** The address of a channel: one that is named by its address as it is, a bare name below CONDA_CHANNELS. Pure. */
export function condaChannelAddress(channel: string): string {
  const trimmed = channel.replace(/\/+$/, "");
  return /^https?:\/\//.test(trimmed) ? trimmed : `${CONDA_CHANNELS}/${trimmed}`;
}
