import { basename } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that wait for a tool that takes minutes to build the first time, about in the order in which the tools come
 * (scripts/services/prefetch.ts). Until then a fresh machine runs the others. The last ones are short, so that no
 * worker is left with a long one at the end.
 */
const WAIT_FOR_TOOLS = [
  "uv-micromamba-layers.test.ts",
  "registry-conformance.test.ts",
  "kaniko.test.ts",
  "kaniko-parameters.test.ts",
  "kaniko-kubernetes.test.ts",
  "kaniko-docker.test.ts",
  "kaniko-executor.test.ts",
  "platforms.test.ts",
];

/**
 * Starts the longest files first, so that no worker is left with one at the end; those that wait for tools come last.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => WAIT_FOR_TOOLS.indexOf(basename(moduleId));
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => place(a) - place(b));
  }
}
