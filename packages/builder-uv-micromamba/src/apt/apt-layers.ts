import { type AptStep, canonicalJson, ImageSpecError } from "@imagespec/core/builder";
import { packageVersion } from "@imagespec/registry/terms";
import type { BaseImage } from "../base/base-image.ts";
import type { BaseInspector } from "../base/base-inspector.ts";
import type { PlannedAccount } from "../base/planned-account.ts";
import type { LayerIndex } from "../base/scan-layer.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { lazy } from "../lazy.ts";
import type { BuildSession } from "../session/build-session.ts";
import type { AptLayers } from "./plan-layers.ts";
import { debianBase } from "./system/base-system.ts";
import { findApt } from "./system/find-apt.ts";
import { handedOn } from "./system/handed-on.ts";

/** What the cache keeps of planned layers: all but the function that makes their entries. */
interface KnownLayers {
  layers: Omit<LayerSource, "entries">[];
  index: LayerIndex;
}

/**
 * The layers that leave a base as `apt-get install --no-install-recommends` would: packages that the host's apt has
 * chosen, unpacked into layers, with dpkg's records and with what their scripts would have done. What an earlier build
 * has planned is planned again only when a layer has to be made.
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
  const debian = await debianBase(inspector, base.name, records);
  const { packages, mirrors } = step;
  const asked = { base: debian.identity, architecture, packages, mirrors, recipe: 1 };
  const ask = async () => {
    const { resolvePackages } = await import("./resolve/resolve-packages.ts");
    const question = {
      programs,
      base: await debian.read(),
      baseName: base.name,
      architecture,
      packages,
      mirrors,
      signal,
    };
    return session.cache.withScratch(session.warn, (root) =>
      resolvePackages({ ...question, root, onLine: session.log }),
    );
  };
  const resolution = await records.recent("recent-apt-resolutions", asked, { force: session.request.force, ask });
  const planned = lazy(async () => {
    const { planLayers } = await import("./plan-layers.ts");
    const system = await debian.read();
    return planLayers(session, { system, inspector, account, programs, resolution, architecture, limit });
  });
  const key = {
    // The rules of this package about Debian's scripts decide as well. They change with its releases, in many files.
    builder: packageVersion(new URL("../../package.json", import.meta.url)),
    base: base.layers.map(({ digest }) => digest),
    // A package is the same wherever it is fetched from.
    resolution: { ...resolution, packages: resolution.packages.map(({ url: _, ...one }) => one) },
    ...{ account, architecture, limit },
  };
  const known = await records.known<KnownLayers>("apt-layers", key, async () => {
    const { layers, index } = await planned();
    return { layers: layers.map(({ entries: _, ...layer }) => layer), index };
  });
  return {
    layers: known.layers.map((layer, at) => plannedLayer(layer, async () => (await planned()).layers[at])),
    // Without a prototype, as when it was planned: paths come from outside, and one may be called `constructor`.
    index: { entries: Object.setPrototypeOf(known.index.entries, null) },
  };
}

/** A layer of which the cache knows the key. Its content is planned only when it has to be made. */
function plannedLayer(
  known: Omit<LayerSource, "entries">,
  planned: () => Promise<LayerSource | undefined>,
): LayerSource {
  return {
    ...known,
    async *entries(signal) {
      const layer = await planned();
      if (layer === undefined || canonicalJson(layer.key) !== canonicalJson(known.key))
        throw new ImageSpecError("E_INTERNAL", `The layer "${known.title}" was planned otherwise before`);
      yield* layer.entries(signal);
    },
  };
}
