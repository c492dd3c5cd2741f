export { UvMicromambaBuilder } from "./builder.ts";
export type { Options } from "./options.ts";
