import { NoopBuilder } from "./noop-builder.ts";

export default new NoopBuilder();
