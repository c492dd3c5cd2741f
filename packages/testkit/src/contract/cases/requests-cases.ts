import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { OciLayout, parsePlatform, readImage } from "@imagespec/registry";
import { expect } from "vitest";
import { imageConfig } from "../../container/image-config.ts";
import { imageInventory } from "../../container/image-inventory.ts";
import type { Contract } from "../contract.ts";
import type { NamedCases } from "../contract-case.ts";
import { manifestHead } from "../manifest-head.ts";

/** What steers a build besides the spec, and what must not. */
export function requestsCases(contract: Contract): NamedCases {
  const { build, options } = contract;

  const output: NamedCases = {
    "output: an OCI layout holds the image, and the registry does not": async () => {
      const spec = build.spec("output", { env: { A: "1" } });
      const folder = join(contract.folder(), "layout");
      const outcome = await build.build(spec, { output: `oci:${folder}` });
      expect(outcome.status).toBe("built");
      const { manifests } = JSON.parse(
        await readFile(join(folder, "index.json"), "utf8").catch(() => '{"manifests":[]}'),
      );
      expect(manifests).toHaveLength(1);
      const platform = parsePlatform(options.services.platform);
      const { config } = await readImage(new OciLayout(folder), manifests[0].digest, platform);
      expect(config.config?.Env).toEqual(expect.arrayContaining(["A=1", `_F_IMG_ID=${spec.id}`]));
      expect((await manifestHead(await spec.imageName())).status).toBe(404);
    },
  };
  const time: NamedCases = {
    "time: built again later, the image has the same files and the same config": async () => {
      const parent = contract.parent();
      const spec = build.spec("time", { ...parent, name: `contract/${build.run}/time` }, contract.folder());
      const look = async () => {
        const { outcome, image } = await build.pulled(spec, { force: true });
        const config = await imageConfig(build.docker, image);
        return { digest: outcome.digest, config, files: await imageInventory(build.docker, image) };
      };
      const first = await look();
      // Times that are written in seconds differ as well.
      await sleep(1_100);
      const second = await look();
      expect(second.config).toEqual(first.config);
      const paths = new Set([...Object.keys(first.files), ...Object.keys(second.files)]);
      const differing = [...paths].filter((path) => first.files[path] !== second.files[path]);
      expect(differing).toEqual([]);
      if (options.reproducible) expect(second.digest).toBe(first.digest);
    },
  };
  return { ...(!contract.refuses("output") && output), ...time };
}
