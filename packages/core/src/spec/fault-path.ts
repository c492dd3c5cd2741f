/** A fault's place as one would write it in code: `packages[0]`, `env.MODE`; empty for the spec as a whole. Pure. */
export function faultPath(path: readonly (string | number)[]): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index > 0 ? `.${part}` : part)).join("");
}
