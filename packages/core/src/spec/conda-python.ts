/**
 * A conda package `python`, with or without a channel before it, and what is asked of it; conda's names are
 * case-insensitive.
 */
const PYTHON = /^\s*(?:\S*::)?python(?![\w.-])\s*(.*)$/i;

/** Whether a conda package is Python itself. */
export function isCondaPython(text: string): boolean {
  return PYTHON.test(text);
}

/** The first conda package that names a Python other than this version; `python` alone is the newest. */
export function otherCondaPython(packages: unknown, version: string): string | undefined {
  const texts = Array.isArray(packages) ? packages.filter((text) => typeof text === "string") : [];
  return texts.find((text) => {
    const [, asked] = PYTHON.exec(text) ?? [];
    if (asked === undefined) return false;
    const [, exact] = /^={0,2}\s*(\d+(?:\.\d+)*)(?:\.?\*)?(?:[\s=]+[\w.*]+)?\s*$/.exec(asked) ?? [];
    return exact !== version && exact?.startsWith(`${version}.`) !== true;
  });
}
