import { text } from "node:stream/consumers";
import { KanikoBuilder } from "@imagespec/builder-kaniko";
import { ImageBuildEngine, ImageSpec } from "@imagespec/core";

/** Reads specs and builder options on standard input, builds all at once, prints the outcomes. */
const { specs, builderOptions } = JSON.parse(await text(process.stdin));
const engine = new ImageBuildEngine({ builders: [new KanikoBuilder()], discover: false });
const outcomes = await Promise.all(specs.map((spec: object) => engine.build(new ImageSpec(spec), { builderOptions })));
process.stdout.write(JSON.stringify(outcomes));
