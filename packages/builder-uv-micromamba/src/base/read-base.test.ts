import { RegistryClient } from "@imagespec/registry";
import { startRegistry } from "@imagespec/testkit";
import { expect, it } from "vitest";
import { readBase } from "./read-base.ts";

it("tells a missing image of NVIDIA's by the parts of its tag, and another as the registry does", async () => {
  await using server = await startRegistry();
  const registry = new RegistryClient();
  const tools = { registry, mirrors: {}, signal: AbortSignal.timeout(10_000) };
  const read = (name: string) => {
    const reference = `${server.host}/${name}`;
    return readBase({ kind: "reference", reference, given: false }, "linux/amd64", tools);
  };
  await expect(read("nvidia/cuda:11.6.9-cudnn8-runtime-ubuntu20.04")).rejects.toMatchObject({
    code: "E_REGISTRY",
    message: expect.stringMatching(/^The base image cannot be read: .*CUDA 11\.6\.9 \(cuda\), cuDNN 8 \(cudnn\)/),
    hint: expect.stringContaining("nvidia/cuda"),
    details: { status: 404 },
  });
  await expect(read("debian:99")).rejects.toThrow(/could not read the manifest of/);
});
