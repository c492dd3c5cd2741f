/** The defaults of the options, which are here so that they are known without loading the schema and its library. */
export const DEFAULT_OPTIONS = {
  manifestFormat: "oci",
  strict: false,
  sourceDistributions: "refuse",
  cacheBytes: 20 * 1024 ** 3,
} as const;
