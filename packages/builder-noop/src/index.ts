export { NoopBuilder } from "./noop-builder.ts";
