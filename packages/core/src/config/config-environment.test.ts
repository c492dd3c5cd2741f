import { expect, it } from "vitest";
import { configEnvironment } from "./config-environment.ts";

const config = {
  mirrors: { "docker.io": "mirror.example/hub", "ghcr.io": "mirror.example/ghcr" },
  insecureRegistries: ["registry.lan:5000"],
  cacheFolder: "cache",
};

it("says in variables what the config says", () => {
  expect(configEnvironment(config, "/project/imagespec.config.json", {})).toEqual({
    IMAGESPEC_REGISTRY_MIRRORS: "docker.io=mirror.example/hub,ghcr.io=mirror.example/ghcr",
    IMAGESPEC_INSECURE_REGISTRIES: "registry.lan:5000",
    IMAGESPEC_CACHE_DIR: "/project/cache",
  });
  expect(configEnvironment({}, "/project/imagespec.config.json", {})).toEqual({});
});

it("lets the environment come first, host by host", () => {
  const env = {
    IMAGESPEC_REGISTRY_MIRRORS: "docker.io=localhost:5000",
    IMAGESPEC_INSECURE_REGISTRIES: "other.lan",
    IMAGESPEC_CACHE_DIR: "/elsewhere",
  };
  expect(configEnvironment(config, "/project/imagespec.config.json", env)).toEqual({
    IMAGESPEC_REGISTRY_MIRRORS: "docker.io=localhost:5000,ghcr.io=mirror.example/ghcr",
    IMAGESPEC_INSECURE_REGISTRIES: "other.lan,registry.lan:5000",
  });
});

it("tells registries' mirrors from those of package indexes, and uv where Pythons are", () => {
  const mirrors = {
    "docker.io": "mirror.example/hub",
    pypi: "https://mirror.example/simple",
    "https://index.example/simple/": "https://mirror.example/pypi",
    "https://github.com/astral-sh/python-build-standalone": "https://mirror.example/pythons",
  };
  const env = { IMAGESPEC_INDEX_MIRRORS: "https://index.example/simple=https://nearer.example/pypi" };
  expect(configEnvironment({ mirrors }, "/project/imagespec.config.json", env)).toEqual({
    IMAGESPEC_REGISTRY_MIRRORS: "docker.io=mirror.example/hub",
    IMAGESPEC_INDEX_MIRRORS:
      "pypi=https://mirror.example/simple,https://index.example/simple=https://nearer.example/pypi," +
      "https://github.com/astral-sh/python-build-standalone=https://mirror.example/pythons",
    UV_PYTHON_INSTALL_MIRROR: "https://mirror.example/pythons/releases/download",
  });
});
