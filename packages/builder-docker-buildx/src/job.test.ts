import { buildRequest } from "@imagespec/testkit";
import { expect, it } from "vitest";
import { buildInputs } from "./job.ts";
import { dockerBuildxOptions } from "./options.ts";

const request = buildRequest();
const env = { HTTPS_PROXY: "http://u:hunter2@proxy.example:3128" };

it("passes the host's proxies on", async () => {
  const inputs = await buildInputs(request, dockerBuildxOptions.parse({}), env);
  expect(inputs.arguments).toEqual(env);
});

it("refuses to publish a proxy's password in full provenance, and does not say it", async () => {
  const options = dockerBuildxOptions.parse({ provenance: "max" });
  const error = await buildInputs(request, options, env).catch((caught: unknown) => caught as Error);
  expect(error).toMatchObject({ code: "E_OPTIONS", message: expect.stringContaining("HTTPS_PROXY") });
  expect((error as Error).message).not.toContain("hunter2");
  await expect(buildInputs(request, options, { HTTPS_PROXY: "http://proxy.example:3128" })).resolves.toBeDefined();
});
