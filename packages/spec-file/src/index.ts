/**
 * Reads image specs from files: modules in TypeScript or JavaScript, JSON and YAML.
 *
 * @packageDocumentation
 */
export { findSpecFile } from "./find-spec-file.ts";
export { draftSpec, type SpecDraft } from "./first-spec/draft-spec.ts";
export { specYaml } from "./first-spec/spec-yaml.ts";
export type { Target } from "./parse-targets.ts";
export { readSpec, type SpecLocation, type SpecSource } from "./read-spec.ts";
export { readTargets } from "./read-targets.ts";
export { readCapped, readFileText } from "./spec-text.ts";
