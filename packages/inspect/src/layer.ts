/**
 * Reads layers as streams, for builders that look into their base.
 *
 * @packageDocumentation
 */
export {
  LAYER_CAPS,
  type LayerCaps,
  type LayerMember,
  type LayerReading,
  readLayer,
  relativePath,
} from "./layer/read-layer.ts";
export { decoded, zstdFrames } from "./layer/zstd-frames.ts";
