import type { AptStep } from "@imagespec/core/builder";
import type { BaseImage } from "../base/base-image.ts";
import type { BaseInspector } from "../base/base-inspector.ts";
import type { PlannedAccount } from "../base/planned-account.ts";
import { imply, type LayerIndex } from "../base/scan-layer.ts";
import { Downloader } from "../cache/downloader.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import type { BuildSession } from "../session/build-session.ts";
import { type BaseSystem, baseSystem } from "./base-system.ts";
import { FilePlan } from "./file-plan.ts";
import { findApt } from "./find-apt.ts";
import { handedOn } from "./handed-on.ts";
import { listPackages } from "./list-packages.ts";
import type { AptArchive } from "./package-contents.ts";
import { packageLayers } from "./package-layers.ts";
import { planInstallation } from "./plan-installation.ts";
import { resolvePackages } from "./resolve-packages.ts";

/** What installing Debian packages adds to a base. */
export interface AptLayers {
  layers: LayerSource[];
  /** What the layers hold, for whoever looks at the base afterwards. */
  index: LayerIndex;
}

/**
 * The layers of a plan's Debian packages over a base, as `apt-get install --no-install-recommends` leaves it: resolved
 * by the host's apt, unpacked into layers, with dpkg's records.
 *
 * @throws ImageSpecError E_UNSUPPORTED, by name, for a package that only a container can install and for a base or host
 * without apt, and E_RESOLVE for what apt cannot find.
 */
export async function aptLayers(
  session: BuildSession,
  step: AptStep,
  {
    base,
    inspector,
    limit,
    account,
  }: { base: BaseImage; inspector: BaseInspector; limit: number; account: PlannedAccount },
): Promise<AptLayers> {
  const { records, signal } = session;
  const programs = findApt();
  if (programs === undefined) throw handedOn("aptPackages need apt-get and dpkg-deb on this host, or a container");
  const { architecture } = base.platform;
  const system = await baseSystem(inspector, base.name, records);
  const { packages, mirrors } = step;
  const key = { base: system.identity, architecture, packages, mirrors, recipe: 1 };
  const question = { programs, base: system, baseName: base.name, architecture, packages, mirrors, signal };
  const ask = () =>
    session.cache.withScratch(session.warn, (root) => resolvePackages({ ...question, root, onLine: session.log }));
  const resolution = await records.recent("recent-apt-resolutions", key, { force: session.request.force, ask });
  const downloader = new Downloader(session.http, session.blobs, session.request.emit);
  const archives = resolution.packages.map(
    (one): AptArchive => ({
      ...one,
      async fetch(abort) {
        const subject = `${one.name} ${one.version}`;
        const { digest } = await downloader.fetch(
          { url: one.url, subject, size: one.size, hashes: [one.sha256] },
          abort,
        );
        return session.blobs.path(digest);
      },
    }),
  );
  const listed = await listPackages(archives, { dpkgDeb: programs.dpkgDeb, records, signal });
  const plan = new FilePlan(inspector.tree, withAccount(system, account));
  await planInstallation(listed, { plan, resolution, architecture });
  return {
    layers: await packageLayers({ archives, plan, programs, limit: limit - 1, resolution }),
    index: indexOf(plan),
  };
}

/** The base with the image's user in it. */
function withAccount(system: BaseSystem, { passwd, group }: PlannedAccount): BaseSystem {
  const edited = new Map([
    ["etc/passwd", passwd],
    ["etc/group", group],
  ]);
  return { ...system, text: (path) => edited.get(path) ?? system.text(path) };
}

/** The planned files as the base's inspector keeps those of a layer. */
function indexOf(plan: FilePlan): LayerIndex {
  const entries: LayerIndex["entries"] = Object.create(null);
  for (const [path, { type, mode, uid, gid, link, text }] of plan.planned) {
    if (type === "removed") {
      const slash = path.lastIndexOf("/") + 1;
      entries[`${path.slice(0, slash)}.wh.${path.slice(slash)}`] = { type: "file", mode, uid, gid };
    } else if (type === "hardlink") entries[path] = { type: "symlink", mode, uid, gid, link: `/${link}`, hard: true };
    else if (type === "symlink") entries[path] = { type, mode, uid, gid, link: link ?? "" };
    else if (text !== undefined && /^etc\/(passwd|group)$/.test(path))
      entries[path] = { type, mode, uid, gid, text: String(text) };
    else entries[path] = { type, mode, uid, gid };
  }
  for (const path of Object.keys(entries)) imply(entries, path);
  return { entries };
}
