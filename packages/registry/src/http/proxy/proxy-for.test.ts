import { expect, it } from "vitest";
import type { ProcessEnvironment } from "../../process/process-environment.ts";
import { proxyFor } from "./proxy-for.ts";

const env = { HTTPS_PROXY: "http://proxy:3128", HTTP_PROXY: "plain:8080" };

it.each([
  ["https://ghcr.io/v2/", env, "http://proxy:3128"],
  ["http://registry.lan:5000/v2/", env, "http://plain:8080"],
  ["https://ghcr.io/", {}, undefined],
  ["https://ghcr.io/", { ...env, https_proxy: "http://lower:1" }, "http://lower:1"],
  ["https://ghcr.io/", { ALL_PROXY: "http://all:1" }, "http://all:1"],
  ["http://localhost:5000/v2/", env, undefined],
  ["http://127.0.0.9:5000/v2/", env, undefined],
  ["http://[::1]:5000/v2/", env, undefined],
  ["http://x.lan/", { HTTP_PROXY: "http://cgi", REQUEST_METHOD: "GET" }, undefined],
  ["https://ghcr.io/", { ...env, NO_PROXY: "*" }, undefined],
  ["https://ghcr.io/", { ...env, NO_PROXY: "example.com, ghcr.io" }, undefined],
  ["https://a.ghcr.io/", { ...env, NO_PROXY: ".ghcr.io" }, undefined],
  ["https://ghcr.io/", { ...env, NO_PROXY: ".ghcr.io" }, "http://proxy:3128"],
  ["https://notghcr.io/", { ...env, NO_PROXY: "ghcr.io" }, "http://proxy:3128"],
  ["https://ghcr.io:8443/", { ...env, NO_PROXY: "ghcr.io:443" }, "http://proxy:3128"],
  ["https://ghcr.io/", { ...env, NO_PROXY: "ghcr.io:443" }, undefined],
  ["https://10.1.2.3/", { ...env, NO_PROXY: "10.0.0.0/8" }, undefined],
  ["https://11.1.2.3/", { ...env, NO_PROXY: "10.0.0.0/8" }, "http://proxy:3128"],
  ["https://[fd00::5]/", { ...env, NO_PROXY: "fd00::/8" }, undefined],
  ["https://[fd00::5]/", { ...env, NO_PROXY: "fd00::5" }, undefined],
] as [string, ProcessEnvironment, string | undefined][])("%s with %o goes through %s", (url, given, proxy) => {
  expect(proxyFor(new URL(url), given)).toBe(proxy);
});
