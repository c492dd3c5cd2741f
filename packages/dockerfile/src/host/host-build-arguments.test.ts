import type { EnvironmentStep } from "@imagespec/core/builder";
import { buildPlan } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { hostBuildArguments } from "./host-build-arguments.ts";

const environment: EnvironmentStep = {
  manager: "venv",
  prefix: "/opt/venv",
  python: { from: "version", version: "3.12" },
  uvImage: "uv",
  bytecode: true,
};

describe("hostBuildArguments", () => {
  const env = {
    HTTP_PROXY: "http://p:1",
    no_proxy: "a",
    UV_PYTHON_INSTALL_MIRROR: "http://m",
    OTHER: "x",
    FTP_PROXY: "",
  };

  it("passes proxies in both spellings and nothing else of the host", () => {
    expect(hostBuildArguments(buildPlan(), env)).toEqual({ HTTP_PROXY: "http://p:1", no_proxy: "a" });
  });

  it("passes where uv fetches Python when it must", () => {
    expect(hostBuildArguments(buildPlan({ steps: { environment } }), env)).toMatchObject({
      IMAGESPEC_PYTHON_INSTALL_MIRROR: "http://m",
    });
  });

  it("refuses an address with a password, which the history would keep", () => {
    const secret = { UV_PYTHON_DOWNLOADS_JSON_URL: "https://ann:secret@example.org/list.json" };
    const plan = buildPlan({ steps: { environment } });
    expect(() => hostBuildArguments(plan, secret)).toThrow(/^UV_PYTHON_DOWNLOADS_JSON_URL holds/);
  });

  it("passes values that no Dockerfile line can hold", () => {
    const steps = { env: { variables: { A: "plain", B: "two\nlines" }, lead: {} } };
    expect(hostBuildArguments(buildPlan({ steps }), {})).toEqual({ IMAGESPEC_ENV_0: "two\nlines" });
  });
});
