import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { imageConfig, manifestHead } from "@imagespec/testkit";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { ensurePasswordRegistry, type PasswordRegistry } from "../../scripts/services/registry.ts";
import type { BuilderUnderTest } from "../support/builder-under-test.ts";
import { configJson } from "../support/docker-config.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Registries with passwords. */
export function describeRegistryConfig({ builds }: BuilderUnderTest): void {
  describe("registryConfig", () => {
    let closed: PasswordRegistry;
    beforeAll(async () => {
      closed = await ensurePasswordRegistry();
    });
    const login = () => ({ username: closed.username, password: closed.password });

    test("registryConfig: pushes to, looks in and takes its base from a registry with a password", {
      meta: { shows: ["registryConfig"] },
    }, async () => {
      await using folder = await temporaryFolder();
      const auths = { [closed.address]: `${closed.username}:${closed.password}` };
      await writeFile(join(folder.path, "registry.json"), configJson(auths), { mode: 0o600 });
      const shared = { registry: closed.address, registryConfig: "registry.json" };
      const base = builds.spec("closed-base", { ...shared, env: { BASE: "1" } }, folder.path);
      const pushed = await builds.build(base);
      expect(pushed).toMatchObject({ status: "built", digest: expect.stringMatching(/^sha256:/) });
      const child = builds.spec(
        "closed-child",
        { ...shared, baseImage: await base.imageName(), env: { CHILD: "1" } },
        folder.path,
      );
      const built = await builds.build(child);
      expect(await builds.build(child)).toMatchObject({ status: "reused", digest: built.digest });
      await builds.docker.pullImage(built.reference ?? "", { kind: "basic", ...login() });
      expect((await imageConfig(builds.docker, built.reference ?? "")).env).toMatchObject({ BASE: "1", CHILD: "1" });
      // It steers the build and is not content.
      expect(await child.tag()).toBe(await builds.spec("closed-child", { ...child, registryConfig: undefined }).tag());
    });

    test("registryConfig: wrong credentials are E_REGISTRY_AUTH before anything is built", async () => {
      await using folder = await temporaryFolder();
      const config = configJson({ [closed.address]: `${closed.username}:not-the-password` });
      await writeFile(join(folder.path, "registry.json"), config, { mode: 0o600 });
      const parameters = { registry: closed.address, registryConfig: "registry.json", env: { A: "1" } };
      const before = builds.events.length;
      const failure = await builds
        .build(builds.spec("refused", parameters, folder.path))
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "E_REGISTRY_AUTH", hint: expect.stringMatching(/\S/) });
      expect((failure as Error).message).toContain(closed.address);
      expect(`${(failure as Error).message} ${JSON.stringify(failure)}`).not.toContain("not-the-password");
      expect(builds.events.slice(before).filter(({ type }) => type === "log")).toEqual([]);
    });
  });
}

/** What steers a build without being content. */
export function describeSteering({ builds, services, refuses }: BuilderUnderTest): void {
  describe("what steers a build without being content", () => {
    test("tagFormat: puts the hash into the given format", { meta: { shows: ["tagFormat"] } }, async () => {
      const spec = builds.spec("format", { tagFormat: "v1-{spec_hash}.dev", env: { A: "1" } });
      const plain = await builds.spec("format", { env: { A: "1" } }).tag();
      const outcome = await builds.build(spec);
      expect(outcome.tag).toBe(`v1-${plain}.dev`);
      expect((await manifestHead(await spec.imageName())).status).toBe(200);
    });

    test("force: set by the spec, the call or the environment, it builds and pushes an image that exists", async () => {
      const spec = builds.spec("force", { env: { A: "1" } });
      const statuses = [(await builds.build(spec)).status, (await builds.build(spec)).status];
      statuses.push((await builds.build(spec.forcePush().withCopy([]))).status);
      statuses.push((await builds.build(spec, { force: true })).status);
      vi.stubEnv("FLYTE_FORCE_PUSH_IMAGE_SPEC", "true");
      statuses.push((await builds.build(spec)).status);
      vi.stubEnv("FLYTE_FORCE_PUSH_IMAGE_SPEC", undefined);
      expect(statuses).toEqual(["built", "reused", "built", "built", "built"]);
    });

    if (refuses.includes("engine")) return;

    test("FLYTE_PUSH_IMAGE_SPEC=false: keeps the image in the engine", async () => {
      vi.stubEnv("FLYTE_PUSH_IMAGE_SPEC", "false");
      try {
        const spec = builds.spec("kept", { env: { A: "1" } });
        const outcome = await builds.build(spec);
        expect(outcome).toMatchObject({ status: "built", reference: await spec.imageName() });
        expect((await manifestHead(await spec.imageName())).status).toBe(404);
        expect((await imageConfig(builds.docker, await spec.imageName())).env.A).toBe("1");
      } finally {
        vi.stubEnv("FLYTE_PUSH_IMAGE_SPEC", undefined);
      }
    });

    test("registry: without one the image is in the engine, and is found there", async () => {
      const spec = builds.spec("local", { registry: undefined, env: { A: "1" }, platform: services.platform });
      const outcome = await builds.build(spec);
      expect(outcome).toMatchObject({ status: "built", reference: await spec.imageName() });
      expect(outcome.reference).toMatch(/^contract\/[0-9a-f]+\/local:/);
      expect((await imageConfig(builds.docker, outcome.reference ?? "")).labels["dev.imagespec.tag"]).toBe(outcome.tag);
      expect(await spec.exist()).toBe(true);
      expect((await builds.build(spec)).status).toBe("reused");
      await builds.docker.removeImage(outcome.reference ?? "");
      expect(await spec.exist()).toBe(false);
    });
  });
}
