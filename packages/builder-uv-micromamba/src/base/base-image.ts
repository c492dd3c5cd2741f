import type { Descriptor, ImageConfig, ImageSource, Platform } from "@imagespec/registry";

/** A base image for one platform; its layers are not downloaded. */
export interface BaseImage {
  /** As the plan names it. */
  name: string;
  platform: Platform;
  config: ImageConfig;
  layers: Descriptor[];
  source: ImageSource;
  /** The repository its layers can be mounted from, when it is one. */
  mountFrom: string | undefined;
}
