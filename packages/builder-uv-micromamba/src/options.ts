import { nameBreach } from "@imagespec/registry/terms";
import { z } from "zod";
import { DEFAULT_OPTIONS } from "./default-options.ts";

/** Options of this builder; none of them changes what is in the image. */
export const optionsSchema = z.strictObject({
  /** Path of a uv to use instead of the one on PATH or in uvImage; it has to be of uvImage's version. */
  uv: z.string().min(1).optional(),
  /** Path of a micromamba that solves conda's packages, instead of the solver that comes with this package. */
  micromamba: z.string().min(1).optional(),
  /** Whose media types the manifests have: OCI's, or docker's schema 2 for registries that refuse OCI's with 415. */
  manifestFormat: z.enum(["oci", "docker"]).default(DEFAULT_OPTIONS.manifestFormat),
  /** Refuse conda packages with link scripts, which are not run, where they are only warned of otherwise. */
  strict: z.boolean().default(DEFAULT_OPTIONS.strict),
  /**
   * A repository (`ghcr.io/team/cache`) through which machines share what they know of bases, packages and layers: what
   * the image's registry holds is then neither fetched nor made again. Who may write there is trusted.
   */
  cacheRepository: z
    .string()
    .refine((name) => nameBreach(name) === undefined, "is not the name of a repository, without a tag")
    .optional(),
  /**
   * What becomes of packages without a wheel, from git and of projects: `refuse` hands the build on, `build` runs their
   * builds on this machine, in a sandbox where it has one.
   */
  sourceDistributions: z.enum(["refuse", "build"]).default(DEFAULT_OPTIONS.sourceDistributions),
  /** What the cache may hold after a build, in bytes; what was not used for longest goes first. Default 20 GiB. */
  cacheBytes: z.int().min(0).default(DEFAULT_OPTIONS.cacheBytes),
});

/** Options of a build with uv-micromamba, as its schema returns them. */
export type Options = z.infer<typeof optionsSchema>;
