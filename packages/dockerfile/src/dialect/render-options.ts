import type { ShippedFile } from "@imagespec/core/builder";

/** What a Dockerfile depends on besides the plan. */
export interface RenderOptions {
  /** Who builds it: BuildKit, or kaniko's executor. */
  dialect: "buildkit" | "kaniko";
  /** Written as the label `dev.imagespec.builder`: `TYPE@VERSION`. */
  builder: string;
  /** What is shipped in the context: kaniko's COPY leaves the owner of symbolic links to a step of its own. */
  files: readonly ShippedFile[];
  /** buildkit: where to fetch instead, by registry host; changes FROM lines only. kaniko has a flag for it. */
  mirrors?: Readonly<Record<string, string>> | undefined;
  /** buildkit: the name that FROM calls an `oci:` base by; by default the named context OCI_BASE_CONTEXT. */
  layoutBase?: string | undefined;
  /**
   * buildkit: the folder below which tools, caches and secrets are mounted while a step runs; by default
   * `/dev/imagespec`. For builders whose steps see the host's /dev, such as buildah's chroot isolation. The folder
   * is removed at the end.
   */
  mountRoot?: string | undefined;
  /** kaniko: an image that holds the context's files, for builds that get no context of their own. */
  contextImage?: string | undefined;
}

/** The name of the context that stands for an `oci:` base. */
export const OCI_BASE_CONTEXT = "imagespec-base";
