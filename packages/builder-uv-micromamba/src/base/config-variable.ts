/** The value of a variable in an image config's list; the last one counts. */
export function configVariable(env: readonly string[], name: string): string | undefined {
  return env.findLast((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
}
