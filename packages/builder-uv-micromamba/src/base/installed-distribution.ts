import { isVersion } from "../wheel/version.ts";

/** The file in a .dist-info of a distribution that was not installed from an index (PyPA direct URL origin). */
export const DIRECT_URL = "direct_url.json";

/** A Python distribution in an environment. */
export interface InstalledDistribution {
  name: string;
  /** Empty where only a file inside the distribution states it, as for one that is installed for development. */
  version: string;
  /** The name of its .dist-info folder in site-packages, or of what setuptools wrote before there were such folders. */
  info: string;
  /** The text of its direct_url.json, if it has one and it has been read. */
  origin?: string | undefined;
}

/** The names that distributions may have. pip renames one that it is removing to `~ame`, which is not among them. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const DIST_INFO = /^([^-]+)-(.+)\.dist-info$/;
/**
 * `name-1.0.egg-info`, `name-1.0-py3.11.egg-info`, `name.egg-info` and `name.egg-link`, which uv counts as installed,
 * too.
 */
const EGG = /^([^-]+)(?:-([^-]+)(?:-py.*)?)?\.(?:egg-info|egg-link)$/;

/** The distribution that a name in site-packages stands for; none for any other file or folder, as uv reads them. */
export function distributionOf(info: string): InstalledDistribution[] {
  const [, name = "", version = ""] = DIST_INFO.exec(info) ?? EGG.exec(info) ?? [];
  return NAME.test(name) && (version === "" || isVersion(version)) ? [{ name, version, info }] : [];
}
