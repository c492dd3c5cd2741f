/**
 * What the CLI and this project's own tests need and no user does. Semantic versioning does not cover it: names here
 * may change in any release.
 *
 * @packageDocumentation
 */
export { readBuildOptions } from "./request/build-options.ts";
export { type PreparedBuild, prepareBuild } from "./request/prepare-build.ts";
