/** A conda MatchSpec as the channel before its `::`, which may have a subdir, and the rest. */
export function splitSpec(spec: string): { channel: string | undefined; bare: string } {
  const at = spec.indexOf("::");
  return at === -1 ? { channel: undefined, bare: spec } : { channel: spec.slice(0, at), bare: spec.slice(at + 2) };
}

/** The package name of a MatchSpec: `conda-forge::numpy >=2` is `numpy`. */
export function specName(spec: string): string {
  const { bare } = splitSpec(spec);
  return (/^[^\s=<>!~[;]+/.exec(bare.trim())?.[0] ?? bare).toLowerCase();
}

/**
 * The subdir of `CHANNEL/SUBDIR` before a `::`, or "" for `CHANNEL` alone. Undefined where it is not the channel at
 * that address, or none of the given subdirs.
 */
export function namedSubdir(named: string, address: string, subdirs: readonly string[]): string | undefined {
  const name = named.replace(/\/+$/, "");
  return ["", ...subdirs].find((subdir) => {
    const end = subdir === "" ? "" : `/${subdir}`;
    const channel = name.slice(0, name.length - end.length);
    return name.endsWith(end) && (address === channel || address.endsWith(`/${channel}`));
  });
}
