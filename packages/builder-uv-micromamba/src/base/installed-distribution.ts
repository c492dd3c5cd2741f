import { isVersion } from "../wheel/version.ts";

/** What says in a .dist-info that it was not installed from an index (PyPA direct URL origin). */
export const DIRECT_URL = "direct_url.json";

/** A Python distribution in an environment. */
export interface InstalledDistribution {
  name: string;
  /** Empty where only a file inside it says so, as for one that is installed for development. */
  version: string;
  /**
   * Name of what stands for it in site-packages: its .dist-info folder, or what setuptools wrote before there were
   * such.
   */
  info: string;
  /** The text of its direct_url.json, where it was not installed from an index and somebody has looked. */
  origin?: string | undefined;
}

/** What may be a distribution's name; pip gives what it is taking out another one: `~ame`. */
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
