import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ensureArm64 } from "../../scripts/services/arm64.ts";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { type Case, changeSource, ONE_CHANGED, PACKAGES, writeSources } from "../build/cases.ts";
import { startLargeIndex } from "../build/large-wheels.ts";
import { buildOurs } from "../build/ours.ts";
import { Rival } from "../build/rival.ts";
import { warmUp } from "../build/warm-up.ts";
import type { Row, RowGroup } from "../row.ts";

const RIVAL = "docker, flytekit's Dockerfile";

/**
 * Building the same image and pushing it: by layers of our own, and by docker over the Dockerfile that flytekit writes.
 */
export const build: RowGroup = {
  name: "build",
  async open(folder) {
    const services = await ensureServices();
    const bothPlatforms = await ensureArm64();
    Object.assign(process.env, serviceEnvironment(services));
    const run = randomBytes(4).toString("hex");
    const cache = join(folder, "cache");
    const base: Case = {
      name: `bench/${run}`,
      registry: services.registry,
      baseImage: services.images.python,
      pythonExec: "/usr/local/bin/python3",
      packages: PACKAGES,
      sourceRoot: join(folder, "src"),
      uvImage: services.images.uv,
    };
    await writeSources(base.sourceRoot);
    const rival = await Rival.create(folder, run, base);
    const forget = await warmUp(folder, { base, rival, cache });
    const setting: Setting = { folder, cache, base, rival, forget };
    const cacheRepository = `${base.registry}/bench/${run}/cache`;
    const own = [fullRegistry(setting, cacheRepository), twoPlatforms(setting, bothPlatforms)];
    return { rows: [...coldRows(setting), ...changeRows(setting), ...own] };
  },
};

interface Setting {
  folder: string;
  /** Our cache. */
  cache: string;
  base: Case;
  rival: Rival;
  /** Leaves of the cache what is known of the base. */
  forget(): Promise<void>;
}

const AGAINST = { rival: RIVAL, what: "ms" } as const;

const named = ({ base }: Setting, part: string, round: number): Case => ({
  ...base,
  name: `${base.name}/${part}-${round}`,
});

/** With nothing of an earlier build but the base. */
function coldRows(setting: Setting): Row[] {
  const { folder, cache, rival, forget: prepare } = setting;
  return [
    {
      ...AGAINST,
      name: "build: cold",
      goal: 0.5,
      prepare,
      ours: (round) => buildOurs(folder, named(setting, "cold", round), { cache }),
      theirs: (round) => rival.build(named(setting, "cold", round), { cold: true }),
    },
    {
      name: "build: cold, no bytecode",
      ...AGAINST,
      goal: 0.25,
      prepare,
      ours: (round) => buildOurs(folder, named(setting, "plain", round), { cache, bytecode: false }),
      theirs: (round) => rival.build(named(setting, "plain", round), { cold: true, bytecode: false }),
    },
    {
      name: "build: cold, as a user waits",
      rival: "flytekit and docker",
      what: "ms",
      goal: 0.5,
      prepare,
      ours: (round) => buildOurs(folder, named(setting, "waiting", round), { cache }),
      theirs: (round) => rival.build(named(setting, "waiting", round), { cold: true, flytekit: true }),
    },
  ];
}

/** With an image built before, and what changed since. */
function changeRows({ folder, cache, base, rival }: Setting): Row[] {
  const both = async () => {
    await buildOurs(folder, base, { cache });
    await rival.build(base);
  };
  return [
    {
      ...AGAINST,
      name: "build: unchanged",
      goal: 0.5,
      prepare: (round) => (round === 0 ? both() : Promise.resolve()),
      ours: () => buildOurs(folder, base, { cache }),
      theirs: () => rival.build(base),
    },
    {
      ...AGAINST,
      name: "build: one source changed",
      goal: 0.5,
      prepare: (round) => changeSource(base.sourceRoot, round),
      ours: () => buildOurs(folder, base, { cache }),
      theirs: () => rival.build(base),
    },
    {
      ...AGAINST,
      name: "build: one dependency changed",
      goal: 0.1,
      // A version that was built before is in both caches: once is all there is.
      rounds: 1,
      ours: () => buildOurs(folder, { ...base, packages: ONE_CHANGED }, { cache }),
      theirs: () => rival.build({ ...base, packages: ONE_CHANGED }),
    },
  ];
}

/** A machine of CI with an empty cache that finds its layers in the registry. */
function fullRegistry({ folder, cache, base }: Setting, cacheRepository: string): Row {
  const elsewhere = join(folder, "cache-elsewhere");
  return {
    name: "build: empty cache, registry full",
    rival: "imagespec, warm cache",
    what: "ms",
    goal: 1.5,
    async prepare(round) {
      await changeSource(base.sourceRoot, 1000 + round);
      if (round === 0) await buildOurs(folder, base, { cache, cacheRepository });
      await changeSource(base.sourceRoot, 2000 + round);
      await rm(elsewhere, { recursive: true, force: true });
    },
    ours: () => buildOurs(folder, base, { cache: elsewhere, cacheRepository, isCi: true }),
    async theirs(round) {
      await changeSource(base.sourceRoot, 3000 + round);
      return buildOurs(folder, base, { cache });
    },
  };
}

function twoPlatforms(setting: Setting, bothPlatforms: string): Row {
  const { folder, cache } = setting;
  const prepare = () => rm(cache, { recursive: true, force: true });
  return {
    name: "build: cold, two platforms",
    rival: "imagespec, one platform",
    what: "ms",
    goal: 2,
    prepare,
    ours: (round) =>
      buildOurs(
        folder,
        { ...named(setting, "two", round), baseImage: bothPlatforms },
        { cache, platform: "linux/amd64,linux/arm64" },
      ),
    async theirs(round) {
      await prepare();
      return buildOurs(folder, { ...named(setting, "one", round), baseImage: bothPlatforms }, { cache });
    },
  };
}

/** Memory, for which there is no rival: four wheels that unpack to 512 MiB each, against two of them. */
export const memory: RowGroup = {
  name: "memory",
  async open(folder) {
    const services = await ensureServices();
    Object.assign(process.env, serviceEnvironment(services));
    const index = await startLargeIndex(join(folder, "large"), 4);
    const cache = join(folder, "cache");
    const build = async (count: number) => {
      await rm(cache, { recursive: true, force: true });
      const one: Case = {
        name: `bench/${randomBytes(4).toString("hex")}`,
        registry: services.registry,
        baseImage: services.images.python,
        pythonExec: "/usr/local/bin/python3",
        packages: index.packages.slice(0, count),
        sourceRoot: join(folder, "src"),
        uvImage: services.images.uv,
      };
      await writeSources(one.sourceRoot);
      return buildOurs(folder, one, { cache, index: index.url, bytecode: false });
    };
    const row: Row = {
      name: "build: wheels of 2 GB",
      rival: "imagespec, wheels of 1 GB",
      goal: 2,
      what: "ms",
      rounds: 1,
      ours: () => build(4),
      theirs: () => build(2),
    };
    return { rows: [row], close: index.close };
  },
};
