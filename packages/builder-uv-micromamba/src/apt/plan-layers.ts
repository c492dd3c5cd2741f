import type { BaseInspector } from "../base/base-inspector.ts";
import type { PlannedAccount } from "../base/planned-account.ts";
import { imply, type LayerIndex } from "../base/scan-layer.ts";
import { Downloader } from "../cache/downloader.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import type { BuildSession } from "../session/build-session.ts";
import { listPackages } from "./list-packages.ts";
import type { AptArchive } from "./package/package-contents.ts";
import { packageLayers } from "./package-layers.ts";
import { FilePlan } from "./plan/file-plan.ts";
import { planInstallation } from "./plan-installation.ts";
import type { AptResolution } from "./resolve/resolve-packages.ts";
import type { BaseSystem } from "./system/base-system.ts";
import type { AptPrograms } from "./system/find-apt.ts";

/** What installing Debian packages adds to a base. */
export interface AptLayers {
  layers: LayerSource[];
  /** The files of these layers, for the steps that look at the base afterwards. */
  index: LayerIndex;
}

/** The packages that are installed, and the base that they are installed into. */
export interface LayersQuestion {
  system: BaseSystem;
  inspector: BaseInspector;
  account: PlannedAccount;
  programs: AptPrograms;
  resolution: AptResolution;
  /** Debian's name of the image's architecture: `amd64`, `arm64`. */
  architecture: string;
  /** Layers there may be. */
  limit: number;
}

/**
 * Lists the packages that apt has chosen and plans their layers.
 *
 * @throws ImageSpecError E_UNSUPPORTED, by name, for a package that only a container can install.
 */
export async function planLayers(session: BuildSession, question: LayersQuestion): Promise<AptLayers> {
  const { records, signal } = session;
  const { system, inspector, account, programs, resolution, architecture, limit } = question;
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

/** The base's records with the image's user in its accounts. */
function withAccount(system: BaseSystem, { passwd, group }: PlannedAccount): BaseSystem {
  const edited = new Map([
    ["etc/passwd", passwd],
    ["etc/group", group],
  ]);
  return { ...system, text: (path) => edited.get(path) ?? system.text(path) };
}

/** The planned files in the form in which the inspector of a base knows the files of a layer. */
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
