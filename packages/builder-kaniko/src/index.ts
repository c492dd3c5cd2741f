export { KanikoBuilder } from "./builder.ts";
export { DEFAULT_IMAGE, type KanikoOptions, kanikoOptions } from "./options.ts";
