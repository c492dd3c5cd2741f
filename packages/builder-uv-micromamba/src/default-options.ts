/** What options are where nothing else is said: known without the schema and its library. */
export const DEFAULT_OPTIONS = {
  manifestFormat: "oci",
  strict: false,
  sourceDistributions: "refuse",
  cacheBytes: 20 * 1024 ** 3,
} as const;
