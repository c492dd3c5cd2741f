import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { imageConfig } from "../../container/image-config.ts";
import { imagePlatforms } from "../../container/image-platforms.ts";
import type { Contract } from "../contract.ts";
import { type NamedCases, showing } from "../contract-case.ts";
import { BASE, FOREIGN_BASE, otherPlatform, startRegistries } from "../contract-registries.ts";
import { lazy } from "../lazy.ts";
import { setEnvironment } from "../set-environment.ts";

/** How registries are asked, seen by registries of this process. */
export function registriesCases(contract: Contract): NamedCases {
  const { build, options } = contract;
  if (!options.loopback) return {};

  const registries = lazy(async () => {
    const started = await startRegistries(options.services);
    contract.onClose(started.close);
    return started;
  });
  const cases: NamedCases = {
    "credentials: a base is read from, and the image pushed to, a registry that asks for a password": showing(
      ["registryConfig"],
      async () => {
        const { closed, username, password } = await registries();
        const auth = Buffer.from(`${username}:${password}`).toString("base64");
        const config = JSON.stringify({ auths: { [closed.host]: { auth } } });
        await writeFile(join(contract.folder(), "registry.json"), config, { mode: 0o600 });
        const parameters = { registry: closed.host, baseImage: `${closed.host}/${BASE}`, env: { A: "1" } };
        const registryConfig = "registry.json";
        const spec = build.spec("credentials", { ...parameters, registryConfig }, contract.folder());
        const outcome = await build.build(spec);
        const pushed = closed.repositories.get(spec.name)?.find(await spec.tag());
        expect(pushed).toBeDefined();
        expect(outcome.digest).toBe(pushed?.digest);
      },
    ),
    "mirrors: a base that only a mirror has is read from there, and keeps its name": async () => {
      const { open } = await registries();
      // .example is reserved (RFC 2606): nobody answers there.
      const host = "registry.contract.example";
      const before = process.env.IMAGESPEC_REGISTRY_MIRRORS;
      const mirrors = [...(before ? [before] : []), `${host}=${open.host}`].join(",");
      const restore = setEnvironment({ IMAGESPEC_REGISTRY_MIRRORS: mirrors });
      try {
        const { image } = await build.pulled(build.spec("mirrored", { baseImage: `${host}/${BASE}` }));
        const { labels } = await imageConfig(build.docker, image);
        expect(labels["org.opencontainers.image.base.name"]).toBe(`${host}/${BASE}`);
      } finally {
        restore();
      }
    },
    "tag-last: the registry gets the tag after every blob and every other manifest": async () => {
      const { open } = await registries();
      const parameters = { registry: open.host, baseImage: `${open.host}/${BASE}`, copy: ["conf"] };
      const spec = build.spec("tag-last", parameters, contract.folder());
      await build.build(spec);
      const repository = `/v2/${spec.name}/`;
      const writes = open.exchanges
        .filter(({ method, path }) => ["PUT", "POST", "PATCH"].includes(method) && path.startsWith(repository))
        .map(({ method, path }) => `${method} ${path.slice(repository.length).split("?")[0]}`);
      const tagged = writes.indexOf(`PUT manifests/${await spec.tag()}`);
      expect(tagged).not.toBe(-1);
      expect(writes.slice(tagged + 1)).toEqual([]);
    },
    "platform: a base without an image for the platform is refused": async () => {
      const { open } = await registries();
      const { platform } = options.services;
      const parameters = { registry: open.host, baseImage: `${open.host}/${FOREIGN_BASE}`, env: { A: "1" } };
      const spec = build.spec("foreign", parameters);
      const failure = await build.build(spec).catch((error: unknown) => error);
      const has = [otherPlatform(options.services)];
      expect(failure).toMatchObject({ code: "E_REGISTRY", details: { platform, platforms: has } });
      expect(open.repositories.get(spec.name)?.find(await spec.tag())).toBeUndefined();
    },
  };
  if (contract.refuses("platform")) return cases;
  return {
    ...cases,
    "platform: of a base for two platforms, the one is built that was asked for": async () => {
      const { open } = await registries();
      const platform = otherPlatform(options.services);
      const parameters = { registry: open.host, baseImage: `${open.host}/${BASE}`, platform, env: { A: "1" } };
      const spec = build.spec("platform", parameters);
      const outcome = await build.build(spec);
      expect(outcome.platforms).toEqual([platform]);
      expect(await imagePlatforms(await spec.imageName())).toEqual([platform]);
    },
  };
}
