import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseReference, pushImage, type RegistryClient } from "@imagespec/registry";
import { faultProxy, type RegistryServer, startRegistry } from "@imagespec/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { BuildEvent } from "../builder/build-event.ts";
import { type BuildRequest, ImageSpecBuilder } from "../builder/builder.ts";
import { ImageSpec } from "../image-spec/image-spec.ts";
import type { ImageOutcome } from "./build-outcome.ts";
import { ImageBuildEngine } from "./image-build-engine.ts";

let registry: RegistryServer;
let folder: string;
beforeEach(async () => {
  registry = await startRegistry({ auth: { type: "bearer", users: { me: "word" } } });
  folder = await mkdtemp(join(tmpdir(), "attach-identity-"));
});
afterEach(async () => {
  await registry.close();
  await rm(folder, { recursive: true });
});

/** Pushes an image by the client that it is lent, once something has come to pass. */
class PatientBuilder extends ImageSpecBuilder {
  readonly builderType = "patient";
  readonly #isTime: () => boolean;

  constructor(isTime: () => boolean) {
    super();
    this.#isTime = isTime;
  }

  override async buildImage({ client, target: { reference } }: BuildRequest) {
    while (!this.#isTime()) await setTimeout(5);
    const config = { os: "linux", architecture: "amd64", rootfs: { type: "layers" as const, diff_ids: [] } };
    const repository = (client as RegistryClient).repository(reference);
    const { tag } = parseReference(reference);
    const { digest, mediaType, size } = await pushImage(repository, { config, layers: [] }, { tag });
    return { reference, digest, manifest: { mediaType, size } };
  }
}

async function build(host: string, isTime: () => boolean) {
  const told: BuildEvent[] = [];
  const auth = Buffer.from("me:word").toString("base64");
  await writeFile(join(folder, "config.json"), JSON.stringify({ auths: { [host]: { auth } } }));
  const engine = new ImageBuildEngine({
    builders: [new PatientBuilder(isTime)],
    discover: false,
    cacheDir: folder,
    env: { DOCKER_CONFIG: folder, HOME: folder },
  });
  const spec = new ImageSpec({ name: "app", registry: host, baseImage: "base:1", platform: "linux/amd64" });
  const outcome = (await engine.build(spec, { onEvent: (event) => void told.push(event) })) as ImageOutcome;
  return { outcome, told: told.filter(({ type }) => type === "warning") };
}

const puts = (exchanges: RegistryServer["exchanges"]) =>
  exchanges.filter(({ method, path, status }) => method === "PUT" && /\/uploads\//.test(path) && status === 201);

it("uploads what an image is made of while that is built, and asks a registry all the way with the same tokens", async () => {
  const isUploaded = () => puts(registry.exchanges).length === 2;
  const { told, outcome } = await build(registry.host, isUploaded);
  expect([outcome.status, told]).toEqual(["built", []]);
  const { exchanges } = registry;
  const tokens = exchanges.filter(({ path }) => path.startsWith("/token"));
  expect(tokens.map(({ path }) => new URL(path, registry.url).searchParams.get("scope"))).toEqual([
    "repository:app:pull",
    "repository:app:pull,push",
  ]);
  // The builder has said what the tag points to.
  expect(exchanges.filter(({ method, path }) => method === "GET" && path.includes("/manifests/"))).toEqual([]);
  expect(exchanges.at(-1)).toMatchObject({ method: "PUT", path: expect.stringContaining("/manifests/sha256:") });
});

it("uploads it once the image is there where it could not be uploaded before", async () => {
  await using proxy = await faultProxy(registry.url);
  proxy.script([{ match: "POST */uploads/*", nth: 1, do: { status: 400 } }]);
  const isRefused = () => proxy.exchanges.some(({ status }) => status === 400);
  const { told } = await build(proxy.host, isRefused);
  expect(told).toEqual([]);
  expect(proxy.exchanges.at(-1)).toMatchObject({ path: expect.stringContaining("/manifests/sha256:"), status: 201 });
});

it("ends its upload when the build fails", async () => {
  await using proxy = await faultProxy(registry.url);
  proxy.script([{ match: "POST */uploads/*", do: { stall: true } }]);
  const isStalled = () => {
    if (!proxy.exchanges.some(({ method }) => method === "POST")) return false;
    throw new Error("no");
  };
  await expect(build(proxy.host, isStalled)).rejects.toMatchObject({ code: "E_BUILD" });
});

it("asks nothing where nobody has asked whether the image exists", async () => {
  const builder = new PatientBuilder(() => {
    throw new Error("no");
  });
  Object.defineProperty(builder, "asksPresence", { value: false });
  const engine = new ImageBuildEngine({ builders: [builder], discover: false, cacheDir: folder, env: {} });
  const spec = new ImageSpec({ name: "app", registry: registry.host, baseImage: "base:1", platform: "linux/amd64" });
  await expect(engine.build(spec, { builder: "patient" })).rejects.toMatchObject({ code: "E_BUILD" });
  expect(registry.exchanges).toEqual([]);
});
