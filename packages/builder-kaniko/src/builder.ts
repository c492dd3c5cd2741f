import { KanikoBuilder } from "./kaniko-builder.ts";

export default (): KanikoBuilder => new KanikoBuilder();
