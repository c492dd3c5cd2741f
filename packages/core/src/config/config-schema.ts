import { insecureRegistries, parseMirrors, redact } from "@imagespec/registry/terms";
import type * as Zod from "zod";
import type { ImageSpecBuilder } from "../builder/builder.ts";
import { parseAddressMirrors } from "../mirror/address-mirrors.ts";
import { DEFAULT_INDEX } from "../mirror/default-index.ts";
import { withZod } from "../spec/with-zod.ts";

/** The settings of a project. The one definition of the type, the check and the JSON Schema of `imagespec.config.*`. */
export const configSchema = withZod((z) => {
  /** Texts that are right when `read` takes them. */
  const readable = (read: (text: string) => unknown) =>
    z.string().superRefine((text, context) => {
      try {
        read(text);
      } catch (error) {
        const { message, hint } = error as Error & { hint?: string };
        context.addIssue({ code: "custom", message, params: { hint }, input: text });
      }
    });
  const mirrors = z.record(z.string(), z.string()).superRefine((map, context) => {
    for (const [host, mirror] of Object.entries(map)) {
      const isAddress = host.includes("://") || host === DEFAULT_INDEX;
      try {
        if (isAddress) parseAddressMirrors(`${host}=${mirror}`);
        else parseMirrors(`${host}=${mirror}`);
      } catch {
        const message = `"${redact(mirror)}" is no mirror for "${redact(host)}"`;
        const hint = isAddress
          ? 'Write both as addresses without a login: "https://index.example/simple": "https://mirror.example/simple".'
          : 'Write hosts without a scheme, the mirror with a path where it has one: "ghcr.io": "mirror.example/ghcr".';
        context.addIssue({ code: "custom", message, params: { hint }, input: mirror, path: [host] });
      }
    }
  });
  return z
    .strictObject({
      $schema: z.string().describe("Where an editor finds this schema; ignored."),
      builder: z.string().min(1).describe("Builder of specs that name none."),
      builderOptions: z
        .record(z.string(), z.record(z.string(), z.unknown()))
        .describe("Options of builders, by builder type; those of a spec and of a call come before them."),
      mirrors: mirrors.describe(
        "Where to read instead, by host of a registry, or by address of a package index (`pypi` for the default one), channel or archive; names stay.",
      ),
      insecureRegistries: z
        .array(readable(insecureRegistries))
        .describe("Registries that may be spoken to over http, or with any certificate."),
      plugins: z
        .array(z.custom<string | ImageSpecBuilder>())
        .describe("Packages and modules that bring builders; in code, builders themselves."),
      cacheFolder: z.string().min(1).describe("Folder of the cache; a relative path starts from the config file."),
      attachIdentity: z
        .boolean()
        .describe("Whether what an image was made of is kept beside it in its registry, for explain. Default true."),
      concurrency: z.int().min(1).max(64).describe("How many images of one file are built at the same time."),
    })
    .partial();
});

/** What `imagespec.config.{ts,mjs,js,json,yaml}` may hold. */
export type ImageSpecConfig = Zod.input<ReturnType<typeof configSchema>>;

/** Gives a config in TypeScript or JavaScript its type: `export default defineConfig({ ... })`. */
export function defineConfig(config: ImageSpecConfig): ImageSpecConfig {
  return config;
}
