import { expect, it } from "vitest";
import type { ImageInspection } from "../report/image-report.ts";
import { imagePage } from "./image-page.ts";
import { pageTree } from "./page-tree.ts";

const DIGESTS = ["a", "b"].map((one) => `sha256:${one.repeat(64)}`) as [string, string];
const [BASE, APP] = DIGESTS;

const layer = (digest: string, origin: "base" | "python", title: string, unpacked: number) => ({
  digest,
  size: unpacked / 2,
  unpacked,
  origin,
  title,
  files: 2,
  packages: [],
});

const inspection: ImageInspection = {
  report: {
    reference: "r/app:1",
    digest: BASE,
    platform: "linux/amd64",
    size: 65,
    unpacked: 130,
    layers: [
      layer(BASE, "base", "", 30),
      layer(APP, "python", "python packages <b>", 100),
      layer(BASE, "base", "", 30),
    ],
    origins: [],
    packages: [],
    largest: [],
    wasted: 0,
    duplicates: [],
  },
  files: [
    { path: "bin/sh", size: 10, layer: BASE, origin: "base" },
    { path: "usr/lib/x/libx.so", size: 20, layer: BASE, package: "apt libx 1", origin: "base" },
    { path: "opt/venv/lib/numpy/a.py", size: 40, layer: APP, package: "python numpy 2.1.0", origin: "python" },
    { path: "opt/venv/lib/numpy/b.so", size: 60, layer: APP, package: "python numpy 2.1.0", origin: "python" },
    { path: "opt/venv/lib/empty", size: 0, layer: APP, origin: "python" },
  ],
};

it("puts files below packages or folders below layers, the largest first", () => {
  const numpy = [
    { name: "/opt/venv/lib/numpy/b.so", size: 60 },
    { name: "/opt/venv/lib/numpy/a.py", size: 40 },
  ];
  expect(pageTree(inspection)).toEqual({
    name: "image",
    size: 130,
    parts: [
      {
        name: "2 python packages <b>",
        size: 100,
        origin: "python",
        parts: [{ name: "python numpy 2.1.0", size: 100, parts: numpy }],
      },
      {
        name: "1 base",
        size: 30,
        origin: "base",
        parts: [
          { name: "apt libx 1", size: 20, parts: [{ name: "/usr/lib/x/libx.so", size: 20 }] },
          { name: "/bin", size: 10, parts: [{ name: "/bin/sh", size: 10 }] },
        ],
      },
    ],
  });
});

it("writes a page that asks for nothing and takes no name for HTML", () => {
  const page = imagePage(inspection);
  expect(page).not.toMatch(/\b(?:src|href)=|@import|url\(/);
  expect(page).toContain("python packages &lt;b>");
  expect(page).not.toContain("<b>");
});
