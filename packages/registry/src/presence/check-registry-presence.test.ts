import { faultProxy, startRegistry } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { fixedCredentials, quickClient, rawServer } from "../fixtures/quick-client.ts";
import { failureOf, tinyImage } from "../fixtures/tiny-image.ts";
import { pushImage, pushIndex } from "../image/push-image.ts";
import { checkRegistryPresence } from "./check-registry-presence.ts";

const client = quickClient();
const check = (reference: string, platforms = ["linux/amd64"], using = client) =>
  checkRegistryPresence(reference, platforms, { client: using });

describe("present and absent (C.4 29)", () => {
  it("knows a single image by its config's platform", async () => {
    await using server = await startRegistry();
    const name = `${server.host}/a`;
    expect(await check(`${name}:1`)).toEqual({ status: "absent" });
    const { digest } = await pushImage(client.repository(name), tinyImage(undefined, "linux/arm64/v8"), { tag: "1" });
    expect(await check(`${name}:1`, ["linux/arm64"])).toEqual({
      status: "present",
      digest,
      platforms: ["linux/arm64"],
    });
    expect(await check(`${name}:1`, ["linux/amd64"])).toEqual({ status: "absent", missing: ["linux/amd64"], digest });
    expect(await check(`${name}@${digest}`, ["linux/arm64"])).toMatchObject({ status: "present" });
  });

  it("an index must hold every platform; attestations are none", async () => {
    await using server = await startRegistry();
    const repository = client.repository(`${server.host}/a`);
    const amd64 = await pushImage(repository, tinyImage());
    const other = await pushImage(repository, tinyImage());
    const attestation = {
      ...other,
      platform: { os: "unknown", architecture: "unknown" },
      annotations: { "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": amd64.digest },
    };
    const { digest } = await pushIndex(repository, [amd64, attestation], { tag: "1" });
    expect(await check(`${repository.name}:1`)).toEqual({ status: "present", digest, platforms: ["linux/amd64"] });
    expect(await check(`${repository.name}:1`, ["linux/amd64", "linux/arm64"])).toEqual({
      status: "absent",
      missing: ["linux/arm64"],
      digest,
    });
  });

  it("a registry without HEAD is asked by GET", async () => {
    await using server = await startRegistry();
    await using proxy = await faultProxy(server.url, [{ match: "HEAD *", do: { status: 405 } }]);
    await pushImage(client.repository(`${server.host}/a`), tinyImage(), { tag: "1" });
    expect(await check(`${proxy.host}/a:1`)).toMatchObject({ status: "present" });
  });

  it("a mirror is not asked: what is pushed is not there", async () => {
    await using server = await startRegistry();
    const mirrored = quickClient({ mirrors: { [server.host]: "localhost:1" } });
    expect(await check(`${server.host}/a:1`, undefined, mirrored)).toEqual({ status: "absent" });
  });
});

describe("unknown, with its cause (C.4 29)", () => {
  it.each([
    [401, "E_REGISTRY_AUTH"],
    [403, "E_REGISTRY_AUTH"],
    [429, "E_REGISTRY"],
    [500, "E_REGISTRY"],
    [418, "E_REGISTRY"],
  ])("status %i is %s", async (status, code) => {
    await using server = await startRegistry();
    await using proxy = await faultProxy(server.url, [{ match: "*", do: { status } }]);
    const presence = await check(`${proxy.host}/a:1`);
    expect(presence).toMatchObject({ status: "unknown", cause: { code, details: { status } } });
  });

  it("nobody there, a name nobody knows, silence, no TLS where it must be", async () => {
    await using silent = await rawServer(() => undefined);
    for (const reference of ["localhost:1/a:1", "registry.invalid/a:1", `${silent.host}/a:1`]) {
      const presence = await check(reference);
      expect(presence).toMatchObject({ status: "unknown", cause: { code: "E_REGISTRY_UNREACHABLE" } });
      expect(presence.status === "unknown" && presence.cause.message).toContain(reference.split("/")[0]);
      expect(presence.status === "unknown" && presence.cause.hint).toMatch(/\w/);
    }
  });

  it("an answer that is no manifest", async () => {
    await using server = await rawServer((_request, response) => response.end("<html>hello</html>"));
    expect(await check(`${server.host}/a:1`)).toMatchObject({ status: "unknown", cause: { code: "E_REGISTRY" } });
  });

  it("credentials that cannot be read are the cause", async () => {
    await using server = await startRegistry({ auth: { type: "basic", users: { a: "b" } } });
    const credentials = { ...fixedCredentials(), get: () => client.repository("::").headManifest("x") as never };
    const using = quickClient({ credentials });
    expect(await check(`${server.host}/a:1`, undefined, using)).toMatchObject({
      status: "unknown",
      cause: { code: "E_REFERENCE" },
    });
  });

  it("a cancelled check is no answer at all", async () => {
    const call = checkRegistryPresence("localhost:1/a:1", [], { client, signal: AbortSignal.abort() });
    expect(await failureOf(call)).toMatchObject({ code: "E_ABORTED" });
  });
});
