/**
 * Shows what a container image is made of, layer by layer and package by package.
 *
 * @packageDocumentation
 */
export { byteCount } from "./byte-count.ts";
export { compareImages, type InspectOptions, inspectImage } from "./inspect-image.ts";
export type { Origin } from "./origin/layer-origin.ts";
export type { PackageManager } from "./package/package-owner.ts";
export { imagePage } from "./page/image-page.ts";
export type { ImageDifference, ImageHead, PackageDifference } from "./report/compare-reports.ts";
export type {
  DuplicateReport,
  FileReport,
  ImageInspection,
  ImageReport,
  LayerReport,
  PackageReport,
} from "./report/image-report.ts";
