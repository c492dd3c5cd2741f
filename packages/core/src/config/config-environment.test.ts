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
