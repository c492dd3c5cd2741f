/** Changes to this process's environment that remove the variables of these names. */
export function withoutVariables(isDropped: (name: string) => boolean): Record<string, undefined> {
  const names = Object.keys(process.env).filter(isDropped);
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
