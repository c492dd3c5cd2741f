import { ImageSpecError } from "@imagespec/registry/terms";
import { DEFAULT_INDEX } from "./default-index.ts";

/**
 * The address of a package index, a conda channel or a Debian archive, or `pypi` for the default index, to the address
 * that is asked in its place.
 */
export type AddressMirrors = Readonly<Record<string, string>>;

/** No user information, which an image's history would keep, and nothing behind a path. */
const ADDRESS = /^https?:\/\/(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::\d+)?(?:\/[A-Za-z0-9._~%+/-]*)?$/;

/** Whether a place that has a mirror is named by an address, or as `pypi`, and not as the host of a registry. Pure. */
export function isAddress(place: string): boolean {
  return place === DEFAULT_INDEX || place.includes("://");
}

/** Whether an address, or one above it, has a mirror. Pure. */
export function hasMirror(address: string, mirrors: AddressMirrors): boolean {
  return aboveWithMirror(address, mirrors) !== undefined;
}

/**
 * Reads the value of IMAGESPEC_INDEX_MIRRORS: `pypi=https://mirror.example/simple,https://conda.anaconda.org=...`,
 * separated by commas. Pure.
 *
 * @throws ImageSpecError E_OPTIONS that names the entry.
 */
export function parseAddressMirrors(text: string | undefined): AddressMirrors {
  const mirrors = new Map<string, string>();
  for (const entry of (text ?? "").split(",").map((part) => part.trim())) {
    if (entry === "") continue;
    const at = entry.indexOf("=");
    const [address, mirror] = [entry.slice(0, Math.max(at, 0)), entry.slice(at + 1)];
    if ((address !== DEFAULT_INDEX && !ADDRESS.test(address)) || !ADDRESS.test(mirror)) {
      const shown = entry.replace(/\/\/[^/@=]*@/g, "//***@");
      throw new ImageSpecError("E_OPTIONS", `'${shown}' is not a mirror of a package index`, {
        hint: "Write IMAGESPEC_INDEX_MIRRORS=pypi=https://mirror.example/simple, addresses without a login.",
      });
    }
    mirrors.set(withoutSlash(address), withoutSlash(mirror));
  }
  return Object.fromEntries(mirrors);
}

/** The address to ask in place of this one: through the mirror of the longest address above it, or as it is. Pure. */
export function throughAddressMirror(address: string, mirrors: AddressMirrors): string {
  const above = aboveWithMirror(address, mirrors);
  return above === undefined ? address : `${mirrors[above]}${address.slice(above.length)}`;
}

function aboveWithMirror(address: string, mirrors: AddressMirrors): string | undefined {
  return Object.keys(mirrors)
    .filter((one) => address === one || address.startsWith(`${one}/`))
    .sort((left, right) => right.length - left.length)[0];
}

function withoutSlash(address: string): string {
  return address.replace(/\/+$/, "");
}
