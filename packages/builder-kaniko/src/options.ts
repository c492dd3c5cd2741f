import { nameBreach, referenceBreach } from "@imagespec/registry/terms";
import { z } from "zod";

/** The maintained fork of kaniko; upstream was archived at v1.24.0. Pinned to the version that was tested. */
export const DEFAULT_IMAGE = "ghcr.io/osscontainertools/kaniko:v1.28.5";

/**
 * Arguments that decide where the image goes, what is built or whether kaniko may run here: the builder sets them
 * itself.
 */
const OWN_ARGUMENTS = new Set(
  `--build-arg --cache --cache-repo --cache-ttl --cleanup --compression --context --context-sub-path --custom-platform
  --customPlatform --destination --digest-file --dockerfile --force --image-name-tag-with-digest-file
  --image-name-with-digest-file --kaniko-dir --log-format --no-push --oci-layout-path --registry-map --registry-mirror
  --secret --single-snapshot --snapshot-mode --snapshotMode --tar-path --tarPath --target`.split(/\s+/),
);
const SHORT_ARGUMENTS = /^-[bcdfv]/;

const host = z.string().regex(/^[^\s/@]+$/, "is not a registry host such as registry.example.com:5000");
const repository = z
  .string()
  .refine((name) => nameBreach(name) === undefined, "is not the name of a repository, without a tag");
/** A registry, or a path in it. */
const place = z
  .string()
  .refine(
    (name) => nameBreach(name, { hostAlone: true }) === undefined,
    "is not a registry such as registry.example.com/hub",
  );
const seconds = z.number().positive();
/** What a timer of Node's can wait for: one that is longer ends at once. */
const waitable = seconds.max(2_147_483, "is more than 2147483 (24 days)");
const quantities = z.record(z.string(), z.union([z.string(), z.number()]).transform(String));

const kubernetesOptions = z
  .strictObject({
    /** Where the Job runs; by default the context's namespace, in a Pod the Pod's own. */
    namespace: z.string().min(1).optional(),
    /** A context of the kubeconfig; by default its current one. */
    context: z.string().min(1).optional(),
    /** Path of a kubeconfig; by default KUBECONFIG, ~/.kube/config, or the service account of the Pod this runs in. */
    kubeconfig: z.string().min(1).optional(),
    /** Of the build's Pod, which needs no rights in the cluster. */
    serviceAccount: z.string().min(1).optional(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
    resources: z
      .strictObject({ requests: quantities.optional(), limits: quantities.optional() })
      .default({ requests: { cpu: "500m", memory: "1Gi" } }),
    nodeSelector: z.record(z.string(), z.string()).default({}),
    tolerations: z
      .array(
        z.strictObject({
          key: z.string().optional(),
          operator: z.enum(["Exists", "Equal"]).optional(),
          value: z.string().optional(),
          effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
          tolerationSeconds: z.number().optional(),
        }),
      )
      .default([]),
    imagePullSecrets: z.array(z.string().min(1)).default([]),
    /** The container's; kaniko must be root in its container. */
    securityContext: z.record(z.string(), z.unknown()).default({}),
    hostNetwork: z.boolean().default(false),
    /** Seconds a finished Job stays when its client is gone. */
    ttlSeconds: z.number().int().nonnegative().default(600),
    /** Seconds a Pod may stay unschedulable, or wait for its image, before the build fails. */
    startTimeout: seconds.default(300),
    /** Repository the context is pushed to, untagged; by default the image's own. */
    contextRepository: repository.optional(),
    /** How many Jobs of imagespec may be unfinished in the namespace when this client starts another. */
    maxJobs: z.number().int().positive().default(20),
  })
  .prefault({});

/** What `builderOptions` may hold for this builder; docs/builders/kaniko.md explains each. Times in seconds. */
export const kanikoOptions = z.strictObject({
  /** `docker`: a container; `kubernetes`: a Job; `executor`: /kaniko/executor in the container this process runs in. */
  mode: z.enum(["docker", "kubernetes", "executor"]).default("docker"),
  /** The executor's image. Version 1.24.0 or newer; anything with /kaniko/executor as entrypoint. */
  image: z
    .string()
    .refine((image) => referenceBreach(image) === undefined, "is not an image reference")
    .default(DEFAULT_IMAGE),
  /** The container's network; `host` where a registry to pull from is on this machine, else docker's default. */
  network: z.string().min(1).optional(),
  /** Registries spoken to over plain http. Those on a loopback address always are. */
  insecure: z.array(host).default([]),
  /** Registries whose certificate is not checked. */
  skipTlsVerify: z.array(host).default([]),
  /** Keep layers of steps in `cacheRepo` and take them from there. */
  cache: z.boolean().default(false),
  /** Without tag; `-<os>-<arch>` is added for each platform. By default the image's repository with `-cache`. */
  cacheRepo: repository.optional(),
  /** Seconds a cached layer is good for. */
  cacheTtl: seconds.optional(),
  /** Mirrors of docker.io, tried in order. */
  registryMirrors: z.array(host).default([]),
  /** Where to fetch instead, by registry host. */
  registryMap: z.record(host, place).default({}),
  /** How kaniko finds what a step changed: `full` reads every file, `redo` size and times, `time` only the mtime. */
  snapshotMode: z.enum(["full", "redo", "time"]).default("full"),
  /** No times of this build in the image: the same input gives the same digest. Slower: all layers are rewritten. */
  reproducible: z.boolean().default(false),
  compression: z.enum(["gzip", "zstd"]).optional(),
  /** How often a failed download or push of an image is tried again. */
  retries: z.number().int().nonnegative().max(10).default(3),
  /** The whole build of one platform. */
  timeout: waitable.default(3600),
  /** Memory the container may use, in bytes or as `2g`; docker mode. */
  memory: z
    .union([z.number().int().positive(), z.string().regex(/^[1-9]\d*[kmg]?$/i)], {
      error: "is neither a number of bytes nor a size such as 2g",
    })
    .optional()
    .transform((value) => (value === undefined ? undefined : bytesOf(value))),
  /** Passed on to the executor after ours. */
  extraArgs: z
    .array(z.string().min(1))
    .default([])
    .superRefine((args, context) => {
      for (const [index, argument] of args.entries()) {
        const name = argument.replace(/=.*$/s, "");
        if (OWN_ARGUMENTS.has(name) || SHORT_ARGUMENTS.test(argument)) {
          context.addIssue({ code: "custom", path: [index], message: `${name} is set by the builder` });
        }
      }
    }),
  kubernetes: kubernetesOptions,
});

/** Options of a build with kaniko, as `kanikoOptions` returns them. */
export type KanikoOptions = z.output<typeof kanikoOptions>;
export type KubernetesOptions = KanikoOptions["kubernetes"];

/**
 * The options of a request; `force` means that every step runs again, so no layer comes from the cache or goes there.
 */
export function optionsOf({ options, force }: { options: KanikoOptions; force: boolean }): KanikoOptions {
  return force ? { ...options, cache: false } : options;
}

function bytesOf(value: number | string): number {
  if (typeof value === "number") return value;
  const unit = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }[value.slice(-1).toLowerCase()];
  return unit === undefined ? Number(value) : Number(value.slice(0, -1)) * unit;
}
