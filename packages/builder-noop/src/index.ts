export { NoopBuilder } from "./builder.ts";
