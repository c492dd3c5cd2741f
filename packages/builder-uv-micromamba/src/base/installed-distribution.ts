/** A Python distribution in an environment. */
export interface InstalledDistribution {
  name: string;
  version: string;
  /** Name of its .dist-info folder. */
  info: string;
}

/** The distribution that a folder in site-packages is of; none for what is no .dist-info. */
export function distributionOf(info: string): InstalledDistribution[] {
  const [, name, version] = /^([^-]+)-(.+)\.dist-info$/.exec(info) ?? [];
  return name === undefined || version === undefined ? [] : [{ name, version, info }];
}
