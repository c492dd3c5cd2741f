/**
 * The packages that the bundled program shares with builders and specs, by the name under which they are imported, with
 * the version of each. The bundler fills in this map and writes `@imagespec/core.js` and the others beside this module;
 * the program that is not bundled shares nothing.
 */
export const SHARED_VERSIONS: ReadonlyMap<string, string> = new Map(Object.entries({}));
