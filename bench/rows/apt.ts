import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { type Case, changeSource, writeSources } from "../build/cases.ts";
import { buildOurs } from "../build/ours.ts";
import { Rival } from "../build/rival.ts";
import { warmUp } from "../build/warm-up.ts";
import type { RowGroup } from "../row.ts";

/**
 * A spec with a Debian package beside two Python ones, with nothing of an earlier build but the base and with its
 * caches. Both sides ask Debian's mirror.
 */
export const apt: RowGroup = {
  name: "apt",
  async open(folder) {
    const services = await ensureServices();
    Object.assign(process.env, serviceEnvironment(services));
    const run = randomBytes(4).toString("hex");
    const cache = join(folder, "cache");
    const one: Case = {
      name: `bench/${run}/apt`,
      registry: services.registry,
      baseImage: services.images.python,
      pythonExec: "/usr/local/bin/python3",
      packages: ["requests==2.32.3", "flask==3.0.3"],
      aptPackages: ["git"],
      sourceRoot: join(folder, "src"),
      uvImage: services.images.uv,
    };
    await writeSources(one.sourceRoot);
    const rival = await Rival.create(folder, run, one);
    const prepare = await warmUp(folder, { base: one, rival, cache });
    const named = (round: number): Case => ({ ...one, name: `${one.name}/cold-${round}` });
    const against = { rival: "docker, flytekit's Dockerfile", what: "ms", goal: 0.5 } as const;
    return {
      rows: [
        {
          ...against,
          name: "build: git and 2 packages, cold",
          prepare,
          ours: (round) => buildOurs(folder, named(round), { cache }),
          theirs: (round) => rival.build(named(round), { cold: true }),
        },
        {
          ...against,
          name: "build: git and 2 packages, warm",
          async prepare(round) {
            if (round === 0) await Promise.all([buildOurs(folder, one, { cache }), rival.build(one)]);
            await changeSource(one.sourceRoot, round);
          },
          ours: () => buildOurs(folder, one, { cache }),
          theirs: () => rival.build(one),
        },
      ],
    };
  },
};
