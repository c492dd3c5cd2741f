import type { BaseImage } from "../base/base-image.ts";
import type { BaseInspector, BasePython } from "../base/base-inspector.ts";
import type { InstalledDistribution } from "../base/installed-distribution.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import type { Owner } from "../layer/owned-layer.ts";
import type { EarlyResolution } from "./early-resolution.ts";

/** What an environment is made over. */
export interface EnvironmentQuestion {
  base: BaseImage;
  inspector: BaseInspector;
  /** Layers it may have. */
  limit: number;
  /** The image's user. */
  owner: Owner;
  early?: EarlyResolution | undefined;
}

/** An environment before its Python packages: the base's own, a new virtual one, or conda's. */
export interface EmptyEnvironment {
  /** The Python it stands on, outside it, which stays root's. */
  foundation?: LayerSource | undefined;
  layers: LayerSource[];
  /** Absolute; where files are written. */
  prefix: string;
  /** Undefined in a conda environment without Python. */
  python: BasePython | undefined;
  /** Python distributions that these layers bring, besides the base's. */
  distributions: InstalledDistribution[];
}
