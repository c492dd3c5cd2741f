/** Names of files that programs find by an environment variable, wherever the files lie. */
const VARIABLES: ReadonlyMap<string, string> = new Map([
  [".netrc", "NETRC"],
  ["_netrc", "NETRC"],
  ["netrc", "NETRC"],
  [".gitconfig", "GIT_CONFIG_GLOBAL"],
  ["gitconfig", "GIT_CONFIG_GLOBAL"],
]);

/**
 * The environment variable that tells uv and git of a secret file mounted at `target`, by the file's name: `NETRC` or
 * `GIT_CONFIG_GLOBAL`. Undefined for any other file, which is only there to be read.
 */
export function secretVariable(target: string): "NETRC" | "GIT_CONFIG_GLOBAL" | undefined {
  return VARIABLES.get(target.slice(target.lastIndexOf("/") + 1)) as "NETRC" | "GIT_CONFIG_GLOBAL" | undefined;
}
