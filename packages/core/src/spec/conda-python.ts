/**
 * The first conda package that names a Python other than this version; conda's names are case-insensitive, and `python`
 * alone is the newest.
 */
export function otherCondaPython(packages: unknown, version: string): string | undefined {
  const texts = Array.isArray(packages) ? packages.filter((text) => typeof text === "string") : [];
  return texts.find((text) => {
    const [, asked] = /^\s*(?:[^\s:]+::)?python(?![\w.-])\s*(.*)$/i.exec(text) ?? [];
    if (asked === undefined) return false;
    const [, exact] = /^={0,2}\s*(\d+(?:\.\d+)*)(?:\.?\*)?(?:[\s=]+[\w.*]+)?\s*$/.exec(asked) ?? [];
    return exact !== version && exact?.startsWith(`${version}.`) !== true;
  });
}
