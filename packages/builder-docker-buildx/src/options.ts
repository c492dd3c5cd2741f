import { z } from "zod";

/** The command line gives every value as text; `a` means `["a"]`. */
const texts = z
  .union(
    [
      z
        .string()
        .min(1)
        .transform((text) => [text]),
      z.array(z.string().min(1)),
    ],
    { error: "is neither text nor a list of texts" },
  )
  .default([]);

// Attributes of cache exporters would appear in argv, which everybody on the machine can read.
const cache = texts.refine(
  (values) => !values.some((value) => /(?:secret|token|password|access_key)[\w-]*=/i.test(value)),
  { message: "holds a secret; give it to the builder's own configuration or environment instead" },
);

/** Build arguments travel in docker's own environment, where these say how docker itself works. */
const DOCKERS_OWN = /^(PATH|HOME|(DOCKER|BUILDX|LD|DYLD)_.*)$/;

const NO_ARGUMENTS = { error: "is neither a mapping of names to texts nor a list of NAME=VALUE" };

const buildArgs = z
  .union(
    [
      z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string()),
      texts.refine((values) => values.every((value) => /^[A-Za-z_]\w*=/.test(value)), NO_ARGUMENTS),
    ],
    NO_ARGUMENTS,
  )
  .transform((value) => (Array.isArray(value) ? Object.fromEntries(value.map(splitOnce)) : value))
  .refine((values) => !Object.keys(values).some((name) => DOCKERS_OWN.test(name)), {
    message: "holds a name that would change how docker itself works",
  })
  .default({});

/** Options of the builder `docker-buildx`. */
export const dockerBuildxOptions = z.strictObject({
  /** A builder of `docker buildx ls`; the current one when left out. */
  builder: z.string().min(1).optional(),
  /** Network of RUN steps: `default`, `host`, `none`. */
  network: z.string().min(1).optional(),
  /** As for `--cache-from`, without secrets. */
  cacheFrom: cache,
  /** As for `--cache-to`, without secrets; needs the buildx plug-in. */
  cacheTo: cache,
  /** Provenance attestation: off unless asked for, as it turns the image into an index. */
  provenance: z
    .union([z.boolean(), z.enum(["true", "false", "min", "max"])], { error: "is none of true, false, min and max" })
    .transform((value) => (value === "min" || value === "max" ? value : String(value) === "true"))
    .default(false),
  /** Values for build arguments every Dockerfile knows: proxies, `BUILDKIT_...`. Not for secrets. */
  buildArgs,
});

/** Options of a build with docker, as `dockerBuildxOptions` returns them. */
export type DockerBuildxOptions = z.output<typeof dockerBuildxOptions>;

function splitOnce(text: string): [string, string] {
  const at = text.indexOf("=");
  return [text.slice(0, at), text.slice(at + 1)];
}
