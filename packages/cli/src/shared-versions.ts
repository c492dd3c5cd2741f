/**
 * What the program shares of the packages it holds, by the name that modules import it by, and the version of each. The
 * bundler writes them, as it writes `@imagespec/core.js` and so on beside this module; as long as nothing is bundled,
 * nothing is shared.
 */
export const SHARED_VERSIONS: ReadonlyMap<string, string> = new Map(Object.entries({}));
