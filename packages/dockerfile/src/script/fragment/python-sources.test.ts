import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { CLEAN_ENVIRONMENT } from "./clean-environment.ts";
import { PYTHON_SOURCE_LINES } from "./python-sources.ts";

function seen(env: Record<string, string>): string[] {
  const script = ["set -eu;", ...CLEAN_ENVIRONMENT, ...PYTHON_SOURCE_LINES, "env"].join("\n");
  const PATH = process.env.PATH ?? "";
  const left = execFileSync("/bin/sh", ["-c", script], { env: { PATH, ...env }, encoding: "utf8" });
  return left.split("\n").filter((line) => line.startsWith("UV_"));
}

it("hands the host's sources to uv, whatever the base says", () => {
  const base = { UV_PYTHON_INSTALL_MIRROR: "https://base", UV_PYTHON_DOWNLOADS_JSON_URL: "https://base/x y" };
  expect(seen(base)).toEqual([]);
  expect(seen({ ...base, IMAGESPEC_PYTHON_DOWNLOADS_JSON_URL: "http://host/a b?c=$HOME&d" })).toEqual([
    "UV_PYTHON_DOWNLOADS_JSON_URL=http://host/a b?c=$HOME&d",
  ]);
  expect(seen({ IMAGESPEC_PYTHON_INSTALL_MIRROR: "" })).toEqual([]);
});
