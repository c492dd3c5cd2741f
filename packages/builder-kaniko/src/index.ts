export { KanikoBuilder } from "./kaniko-builder.ts";
export { DEFAULT_IMAGE, type KanikoOptions, kanikoOptions } from "./options/options.ts";
