import type { EnvironmentStep, PackagesStep } from "@imagespec/core/builder";
import { buildPlan } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { renderDockerfile } from "../render-dockerfile.ts";

const environment: EnvironmentStep = {
  manager: "venv",
  prefix: "/opt/venv",
  python: { from: "base" },
  uvImage: "ghcr.io/astral-sh/uv:0.13.9",
  bytecode: true,
};
const packages = (projects: { name: string; path: string; marker?: string }[]): PackagesStep => ({
  source: { from: "pylock", lock: "requirements/pylock.toml", projects },
  index: "https://h/simple",
  extraIndexes: [],
  extraArgs: [],
  secrets: [],
});
const render = (dialect: "buildkit" | "kaniko", projects: { name: string; path: string; marker?: string }[]) =>
  renderDockerfile(buildPlan({ steps: { environment, packages: packages(projects) } }), {
    dialect,
    builder: "x@1",
    files: [],
  }).text;

const PROJECTS = [
  { name: "lib", path: "requirements/projects/lib" },
  { name: "old", path: "requirements/projects/old", marker: "python_version < '3.12'" },
];

describe("projects of a workspace in a Dockerfile", () => {
  it("are built and installed in a step of their own, which alone sees their sources", () => {
    const [before = "", after = ""] = render("buildkit", PROJECTS).split("source=requirements/projects");
    expect(before).toContain("source=requirements/pylock.toml");
    expect(before).not.toContain("uv build");
    expect(after.match(/uv build --wheel --no-sources/g)).toHaveLength(2);
    expect(after).toMatch(/uv build[^;]*--index-url https:\/\/h\/simple/s);
    expect(after).toMatch(/--no-deps --no-index --find-links .* lib /s);
    expect(after).toContain("old ; python_version ");
  });

  it("come after what they need with kaniko, too", () => {
    const text = render("kaniko", PROJECTS);
    const places = ["COPY requirements/pylock.toml ", "pip install", "COPY requirements/projects/ ", "uv build"].map(
      (part) => text.indexOf(part),
    );
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it("leave no step where there are none", () => {
    for (const dialect of ["buildkit", "kaniko"] as const) expect(render(dialect, [])).not.toContain("uv build");
  });
});
