import { insecureRegistries, parseMirrors, redact } from "@imagespec/registry/terms";
import type * as Zod from "zod/mini";
import type { ImageSpecBuilder } from "../builder/builder.ts";
import { isAddress, parseAddressMirrors } from "../mirror/address-mirrors.ts";
import { withZod } from "../spec/with-zod.ts";

/** The settings of a project. The one definition of the type, the check and the JSON Schema of `imagespec.config.*`. */
export const configSchema = withZod((z) => {
  /** A text that is valid when `read` does not throw for it. */
  const readable = (read: (text: string) => unknown) =>
    z.string().check(({ value: text, issues }) => {
      try {
        read(text);
      } catch (error) {
        const { message, hint } = error as Error & { hint?: string };
        issues.push({ code: "custom", message, params: { hint }, input: text });
      }
    });
  const mirrors = z.record(z.string(), z.string()).check(({ value: map, issues }) => {
    for (const [place, mirror] of Object.entries(map)) {
      const read = isAddress(place) ? parseAddressMirrors : parseMirrors;
      try {
        read(`${place}=${mirror}`);
      } catch {
        const message = `"${redact(mirror)}" is not a mirror of "${redact(place)}"`;
        const hint = isAddress(place)
          ? 'Write both as addresses without a login: "https://index.example/simple": "https://mirror.example/simple".'
          : 'Write hosts without a scheme, the mirror with a path where it has one: "ghcr.io": "mirror.example/ghcr".';
        issues.push({ code: "custom", message, params: { hint }, input: mirror, path: [place] });
      }
    }
  });
  const given = () => z.string().check(z.minLength(1));
  const described = <Schema extends Zod.ZodMiniType>(description: string, schema: Schema): Schema => {
    z.globalRegistry.add(schema, { description });
    return schema;
  };
  return z.partial(
    z.strictObject({
      $schema: described("Where an editor finds this schema; ignored.", z.string()),
      builder: described("Builder of specs that name none.", given()),
      builderOptions: described(
        "Options of builders, by builder type; those of a spec and of a call come before them.",
        z.record(z.string(), z.record(z.string(), z.unknown())),
      ),
      mirrors: described(
        "Where to read instead, by host of a registry, or by address of a package index (`pypi` for the default one), channel or archive; names stay.",
        mirrors,
      ),
      insecureRegistries: described(
        "Registries that may be spoken to over http, or with any certificate.",
        z.array(readable(insecureRegistries)),
      ),
      plugins: described(
        "Packages and modules that bring builders; in code, builders themselves.",
        z.array(z.custom<string | ImageSpecBuilder>()),
      ),
      cacheFolder: described("Folder of the cache; a relative path starts from the config file.", given()),
      attachIdentity: described(
        "Whether what an image was made of is kept beside it in its registry, for explain. Default true.",
        z.boolean(),
      ),
      concurrency: described(
        "How many images of one file are built at the same time.",
        z.int().check(z.minimum(1), z.maximum(999)),
      ),
    }),
  );
});

/** What `imagespec.config.{ts,mjs,js,json,yaml}` may hold. */
export type ImageSpecConfig = Zod.input<ReturnType<typeof configSchema>>;

/** Gives a config in TypeScript or JavaScript its type: `export default defineConfig({ ... })`. */
export function defineConfig(config: ImageSpecConfig): ImageSpecConfig {
  return config;
}
