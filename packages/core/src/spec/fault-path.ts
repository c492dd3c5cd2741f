/** A fault's place as one would write it in code: `packages[0]`, `env.MODE`; empty for the spec as a whole. Pure. */
export function faultPath(path: readonly (string | number)[]): string {
  const texts = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`));
  return texts.join("").replace(/^\./, "");
}
