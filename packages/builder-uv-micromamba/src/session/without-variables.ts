/** Laid over this process's environment: takes variables of these names out of it. */
export function withoutVariables(isDropped: (name: string) => boolean): Record<string, undefined> {
  const names = Object.keys(process.env).filter(isDropped);
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
