import type { ImageReport } from "@imagespec/inspect";
import { expect, it } from "vitest";
import { reportLines } from "./image-lines.ts";

const long = `opt/python/${"deep/".repeat(20)}libpython3.12.so.1.0`;
const report = {
  reference: "localhost:5000/train:t",
  digest: `sha256:${"0".repeat(64)}`,
  platform: "linux/amd64",
  size: 64_000_000,
  unpacked: 165_800_000,
  layers: [{ origin: "base", size: 10, title: "x".repeat(100), packages: [] }],
  packages: [],
  largest: [
    { size: 30_400_000, path: long },
    { size: 2000, path: "usr/bin/perl" },
  ],
  wasted: 0,
  duplicates: [],
} as unknown as ImageReport;

it("fits 80 columns, and shows the end of a long path", () => {
  const lines = reportLines(report);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines).toContain("64.0 MB stored, 165.8 MB unpacked");
  expect(lines.find((line) => line.includes("xxx"))).toMatch(/x…$/);
  const [file, short] = lines.slice(-2);
  expect(file).toMatch(/ 30\.4 MB …\S+\/libpython3\.12\.so\.1\.0$/);
  expect(short).toMatch(/ 2\.0 kB \/usr\/bin\/perl$/);
});

it("tells bytecode from the modules of the same packages", () => {
  const packages = [{ manager: "python", name: "rich", version: "15.0.0" }];
  const layers = ["python packages: rich 15.0.0", "bytecode by Python 3.11.2 of python packages: rich 15.0.0"];
  const lines = reportLines({
    ...report,
    layers: layers.map((title) => ({ origin: "python", size: 10, title, packages })),
  } as unknown as ImageReport);
  expect(lines.filter((line) => line.includes("rich")).map((line) => line.slice(23).trim())).toEqual([
    "rich 15.0.0",
    "bytecode of rich 15.0.0",
  ]);
});
