import { randomBytes } from "node:crypto";
import { join } from "node:path";
import makeDockerBuildx from "@imagespec/builder-docker-buildx/builder";
import { KanikoBuilder } from "@imagespec/builder-kaniko";
import makeUvMicromamba from "@imagespec/builder-uv-micromamba/builder";
import type { ImageSpecBuilder } from "@imagespec/core/builder";
import { copyImage, OciLayout, RegistryClient } from "@imagespec/registry";
import { type PackageIndex, type PackageIndexOptions, startPackageIndex } from "@imagespec/testkit";
import { ensureKaniko } from "../../scripts/services/kaniko.ts";
import { startPythonMirror } from "../../scripts/services/python-mirror.ts";
import { ensureServices, type Services, serviceEnvironment } from "../../scripts/services/services.ts";
import { dockerConfig } from "../support/docker-config.ts";
import { type GitServer, startGitServer } from "../support/git-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { HOSTILE_WHEELS, SUCCESSORS } from "./hostile-wheels.ts";
import { makeOddBases, type OddBases } from "./odd-bases.ts";
import { REPOSITORIES, SOURCES } from "./sources.ts";
import { MORE_WHEELS, WHEELS } from "./wheels.ts";

/** A builder whose images are compared, and the options it needs on this machine. */
export interface ComparedBuilder {
  type: string;
  make(): ImageSpecBuilder;
  options: Record<string, unknown>;
}

/** What specs may name: all of it on this machine. */
export interface Places {
  services: Services;
  index: PackageIndex;
  /** A second index. */
  extra: PackageIndex;
  /** An index that asks for a password, and who may enter. */
  closed: PackageIndex;
  netrc: string;
  git: GitServer;
  /** The Python that uv can download, `X.Y.Z`. */
  pythonVersion: string;
  /** Folder of an OCI layout with the Python base image. */
  layout: string;
  oddBases: OddBases;
}

/** Where the suite builds: places, builders, and the environment that leads to them. */
export interface Setting extends AsyncDisposable {
  places: Places;
  builders: readonly ComparedBuilder[];
  env: Record<string, string>;
  client: RegistryClient;
  /** Part of every image's name, so that runs do not meet in the registry. */
  run: string;
}

const USER = { name: "ann", password: "correct-horse-battery" };

/** Starts what specs name. */
export async function startSetting(): Promise<Setting> {
  const stack = new AsyncDisposableStack();
  const services = await ensureServices();
  const kaniko = await ensureKaniko();
  const config = stack.use(await dockerConfig({ buildx: true }));
  const folder = stack.use(await temporaryFolder());
  const serve = async (packages: PackageIndexOptions["packages"], user?: typeof USER) =>
    stack.use(await startPackageIndex({ packages, ...(user && { user }) }));
  const [index, extra, closed] = [
    await serve([...WHEELS, ...HOSTILE_WHEELS, ...SUCCESSORS, ...SOURCES]),
    await serve(MORE_WHEELS),
    await serve(WHEELS, USER),
  ];
  const git = stack.use(await startGitServer(REPOSITORIES));
  const python = stack.adopt(await startPythonMirror(), (mirror) => mirror.close());
  const client = stack.adopt(new RegistryClient(), (one) => one.close());
  const layout = join(folder.path, "base");
  const { python: base, debian } = services.images;
  const tagOf = (reference: string) => reference.slice(reference.lastIndexOf(":") + 1);
  await copyImage(client.repository(base), tagOf(base), new OciLayout(layout), { tag: "1" });
  const run = randomBytes(4).toString("hex");
  const oddName = `${services.registry}/agreement/${run}/odd-bases`;
  const oddBases = await makeOddBases({
    source: client.repository(base),
    tag: tagOf(base),
    platform: services.platform,
    sink: client.repository(oddName),
    name: oddName,
  });
  // Stands in for NVIDIA's image, which cuda selects: the registry is the mirror of all others.
  const cuda = client.repository(`${services.registry}/nvidia/cuda`);
  await copyImage(client.repository(debian), tagOf(debian), cuda, { tag: "12.4.1-cudnn-runtime-ubuntu22.04" });
  const env = {
    ...serviceEnvironment(services),
    DOCKER_CONFIG: config.path,
    IMAGESPEC_CACHE_DIR: join(folder.path, "cache"),
    UV_PYTHON_DOWNLOADS_JSON_URL: python.downloadsJsonUrl,
  };
  return {
    places: {
      services,
      index,
      extra,
      closed,
      git,
      netrc: `machine localhost login ${USER.name} password ${USER.password}\n`,
      pythonVersion: python.version,
      layout,
      oddBases,
    },
    builders: [
      { type: "uv-micromamba", make: makeUvMicromamba, options: { sourceDistributions: "build" } },
      { type: "docker-buildx", make: makeDockerBuildx, options: { network: "host" } },
      { type: "kaniko", make: () => new KanikoBuilder(), options: { image: kaniko.image, network: "host" } },
    ],
    env,
    client,
    run,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
