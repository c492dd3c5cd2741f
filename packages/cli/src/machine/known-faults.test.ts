import { expect, it } from "vitest";
import { knownFaults, type ToolName } from "./known-faults.ts";

const cases: [ToolName, string, RegExp | undefined][] = [
  ["docker engine", "20.10.9", /threads/],
  ["docker engine", "19.03", /threads/],
  ["docker engine", "20.10.24+dfsg1", undefined],
  ["docker engine", "25.0.0", /wrong order/],
  ["docker engine", "25.0.1", undefined],
  ["docker engine", "28.2.1", /builds that push fail/],
  ["docker engine", "28.2.2", undefined],
  ["docker engine", "29.6.2", undefined],
  ["docker engine", "29.7.2", /blob unknown/],
  ["buildx", "v0.21.2-desktop.1", /passwords/],
  ["buildx", "0.21.3", undefined],
  ["buildkit", "v0.12.4", /files of the machine/],
  ["buildkit", "v0.17.1", undefined],
  ["buildkit", "v0.17.2", /--force/],
  ["buildkit", "v0.17.3", undefined],
  ["buildkit", "v0.18.0", /--force/],
  ["buildkit", "v0.18.1", undefined],
  ["uv", "0.10.5", /permissions/],
  ["uv", "0.13.9", undefined],
  ["micromamba", "2.0.3", /option micromamba/],
  ["micromamba", "2.3.2", undefined],
  // An image of BuildKit built from its main branch says no version.
  ["buildkit", "unknown", undefined],
];

it.each(cases)("%s %s", (tool, version, reason) => {
  const reasons = knownFaults(tool, version).map((fault) => fault.reason);
  expect(reasons).toEqual(reason === undefined ? [] : [expect.stringMatching(reason)]);
});
