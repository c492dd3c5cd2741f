import { expect } from "vitest";
import { containerReport } from "../../container/container-report.ts";
import { imageConfig } from "../../container/image-config.ts";
import { registryConfig } from "../../container/registry-config.ts";
import type { Contract } from "../contract.ts";
import { type NamedCases, showing } from "../contract-case.ts";

/** Bases that bring a configuration or users of their own. */
export function basesCases(contract: Contract): NamedCases {
  const { build, options } = contract;
  const { images, platform } = options.services;

  const cases: NamedCases = {
    "bases: a base's USER and WORKDIR give way; its ENTRYPOINT and CMD stay": async () => {
      const base = await registryConfig(images.ownConfig, platform);
      expect(base.entrypoint).toBeDefined();
      expect(["", "root", "flytekit"]).not.toContain(base.user);
      expect(["", "/", "/root"]).not.toContain(base.workdir);
      const spec = build.spec("own-config", { baseImage: images.ownConfig, copy: ["conf"] }, contract.folder());
      const { image } = await build.pulled(spec);
      const config = await imageConfig(build.docker, image);
      const { entrypoint, cmd } = base;
      expect(config).toMatchObject({ user: "flytekit", workdir: "/root", entrypoint, cmd });
      const report = await containerReport(build.docker, image, ["/root"]);
      expect([report.user.name, report.cwd]).toEqual(["flytekit", "/root"]);
      expect(report.files["/root/conf/settings.json"]).toMatchObject({ owner: "flytekit", group: "flytekit" });
    },
    "bases: where id 1000 is taken, flytekit gets the next that is free, and the other user stays": async () => {
      const spec = build.spec("uid1000", { baseImage: images.uid1000, copy: ["conf"] }, contract.folder());
      const { image } = await build.pulled(spec);
      const report = await containerReport(build.docker, image, ["/root", "/etc/passwd"]);
      expect(report.user).toMatchObject({ name: "flytekit", uid: 1001, gid: 1001, group: "flytekit" });
      expect(report.files["/root/conf/settings.json"]).toMatchObject({ owner: "flytekit", group: "flytekit" });
      const ids = (report.files["/etc/passwd"]?.content ?? "").split("\n").map((line) => line.split(":")[2]);
      expect(ids.filter((id) => id === "1000")).toHaveLength(1);
      expect(ids.filter((id) => id === "1001")).toHaveLength(1);
    },
  };
  if (contract.refuses("entrypoint")) return cases;
  return {
    ...cases,
    "entrypoint: entrypoint [] drops ENTRYPOINT and CMD": showing(["entrypoint"], async () => {
      const spec = build.spec("no-entrypoint", { baseImage: images.ownConfig, entrypoint: [] });
      const { image } = await build.pulled(spec);
      expect(await imageConfig(build.docker, image)).toMatchObject({ entrypoint: undefined, cmd: undefined });
    }),
  };
}
