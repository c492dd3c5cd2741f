import { expect, it } from "vitest";
import { layerHistories } from "./layer-origin.ts";

it("knows layers of Debian packages, and shows of which index they are", () => {
  const snapshot =
    "Debian packages, as dpkg records them, from debian bookworm InRelease of Sat, 06 Jun 2026 (sha256 ab)";
  const titles = [
    "Debian packages: git 1:2.39.5",
    snapshot,
    "python packages: six 1.17.0",
    "bytecode by Python 3.11.2 of x",
  ];
  const config = {
    os: "linux",
    architecture: "amd64",
    rootfs: { type: "layers" as const, diff_ids: [] },
    history: [
      { created_by: "base" },
      ...titles.map((title) => ({ created_by: `imagespec: ${title}`, comment: "imagespec" })),
    ],
  };
  expect(layerHistories(config, 5)).toEqual([
    { title: "base", origin: "base" },
    { title: titles[0], origin: "apt" },
    { title: snapshot, origin: "apt" },
    { title: titles[2], origin: "python" },
    { title: titles[3], origin: "python" },
  ]);
});
