import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { CLEAN_ENVIRONMENT } from "./clean-environment.ts";

const BASE = {
  PATH: process.env.PATH ?? "",
  HOME: "/root",
  LANG: "C.UTF-8",
  LD_LIBRARY_PATH: "/x",
  https_proxy: "http://proxy:1",
  NO_PROXY: "host",
  UV_EXCLUDE_NEWER: "2020-06-01T00:00:00Z",
  UV_INDEX_URL: "https://host/simple",
  UV_SOMETHING_NEW: "1",
  UV_PYTHON_INSTALL_MIRROR: "https://base",
  UV_PYTHON_DOWNLOADS_JSON_URL: "https://base/list.json",
  IMAGESPEC_SOMETHING: "1",
  PIP_INDEX_URL: "https://host/simple",
  PYTHONPATH: "/app",
  CONDA_CHANNELS: "x",
  CONDARC: "/x",
  NETRC: "/x",
  TEXT: "two words and HOME=/elsewhere\nUV_X=1 *",
  "odd.name": "1",
};

it.each(["/bin/sh", "/bin/bash"].filter((shell) => existsSync(shell)))("leaves a closed list, by %s", (shell) => {
  const script = ["set -e;", ...CLEAN_ENVIRONMENT, "env -0"].join("\n");
  const left = execFileSync(shell, ["-c", script], { env: BASE, encoding: "utf8" }).split("\0");
  const names = left.map((entry) => entry.slice(0, entry.indexOf("="))).filter((name) => name !== "");
  const kept = names.filter((name) => !["PWD", "SHLVL", "_", "odd.name"].includes(name)).sort();
  expect(kept).toEqual(["HOME", "LANG", "LD_LIBRARY_PATH", "NO_PROXY", "PATH", "https_proxy"]);
  expect(left).toContain("HOME=/root");
});

it("cleans and installs where the base's PATH leads nowhere, as that of a spec may", () => {
  const script = ["set -e;", ...CLEAN_ENVIRONMENT, "env; rm -f /nowhere/.lock"].join("\n");
  const left = execFileSync("/bin/sh", ["-c", script], { env: { ...BASE, PATH: "/spec/bin" }, encoding: "utf8" });
  expect(left).not.toMatch(/^UV_/m);
  expect(left).toMatch(/^PATH=\/spec\/bin:/m);
});
