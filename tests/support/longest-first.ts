import { basename } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that wait for a tool that takes minutes to build the first time, in the order in which the tools come
 * (scripts/services/prefetch.ts). Until then a fresh machine runs the others.
 */
const WAIT_FOR_TOOLS = [
  "uv-micromamba-layers.test.ts",
  "registry-conformance.test.ts",
  "kaniko.test.ts",
  "kaniko-parameters.test.ts",
  "kaniko-executor.test.ts",
  "kaniko-docker.test.ts",
  "platforms.test.ts",
  "kaniko-kubernetes.test.ts",
];

/** Starts the longest files first, so that no worker is left with one at the end; those that wait for tools come last. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => WAIT_FOR_TOOLS.indexOf(basename(moduleId));
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => place(a) - place(b));
  }
}
