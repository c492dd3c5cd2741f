import { join } from "node:path";
import { docsPage } from "@imagespec/registry/terms";
import type * as Zod from "zod/mini";
import { coreVersion } from "../process/core-version.ts";
import { parseContext, withZod } from "../spec/with-zod.ts";
import { allowsMajorOf } from "./allows-major.ts";
import { DEFAULT_PRIORITY } from "./candidate.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { readManifest } from "./read-manifest.ts";

/** The version of the contract between core and a builder's package. */
const API_VERSION = 1;
const CORE = "@imagespec/core";

const field = withZod((z) =>
  z.strictObject({
    apiVersion: z.literal(API_VERSION),
    builders: z.record(
      z.string().check(z.regex(/^[a-z0-9][a-z0-9._-]*$/, "is not a builder type (lower-case letters, digits, - . _)")),
      z.strictObject({
        entry: z.string().check(z.regex(/^\.(\/[\w-][\w.-]*)*$/, "must be a subpath like ./builder, without `..`")),
        priority: z._default(z.int().check(z.minimum(0), z.maximum(100)), DEFAULT_PRIORITY),
        summary: z.optional(z.string()),
        reusesExisting: z._default(z.boolean(), false),
      }),
    ),
  }),
);

export type BuilderDeclaration = Zod.output<ReturnType<typeof field>>["builders"][string];

export interface BuilderManifest {
  package: string;
  version: string;
  folder: string;
  /** The package's `exports`, as it stands. */
  exports: unknown;
  builders: Record<string, BuilderDeclaration>;
}

/**
 * Reads which builders a package declares under `imagespec` in its package.json; undefined when it declares none.
 * Only reads: no code of the package runs.
 */
export async function readBuilderManifest(folder: string): Promise<BuilderManifest | Diagnostic | undefined> {
  const path = join(folder, "package.json");
  const fault = (message: string, hint: string, subject = folder): Diagnostic => ({ subject, path, message, hint });
  const again = "Install the package again.";
  let text: string;
  try {
    text = await readManifest(path);
  } catch (error) {
    return fault(`package.json cannot be read: ${(error as Error).message}`, again);
  }
  if (!text.includes('"imagespec"')) return undefined;
  let manifest: Partial<Record<"name" | "version" | "exports" | "imagespec" | "peerDependencies", unknown>>;
  try {
    manifest = JSON.parse(text) ?? {};
  } catch (error) {
    return fault(`package.json is not JSON: ${(error as Error).message}`, again);
  }
  if (manifest.imagespec === undefined) return undefined;
  const name = typeof manifest.name === "string" ? manifest.name : folder;
  const version = typeof manifest.version === "string" ? manifest.version : "0.0.0";
  const asked = (manifest.imagespec as { apiVersion?: unknown } | null)?.apiVersion;
  if (typeof asked === "number" && asked !== API_VERSION) {
    const older = asked > API_VERSION ? CORE : name;
    return fault(`needs version ${asked} of the builder API; this is version ${API_VERSION}`, `Update ${older}.`, name);
  }
  const needed = (manifest.peerDependencies as { [CORE]?: unknown } | null | undefined)?.[CORE];
  const own = coreVersion();
  if (typeof needed === "string" && !allowsMajorOf(own, needed)) {
    const hint = `Install a version of ${name} for ${CORE} ${own}, or ${CORE}@${needed}.`;
    return fault(`was made for ${CORE} ${needed}; this is ${own}`, hint, name);
  }
  const parsed = field().safeParse(manifest.imagespec, parseContext());
  if (!parsed.success) {
    const what = parsed.error.issues.map((i) => `${["imagespec", ...i.path].join(".")}: ${i.message}`).join("; ");
    const hint = `Write it as ${docsPage("writing-a-builder")} shows.`;
    return fault(`its "imagespec" field is not valid: ${what}`, hint, name);
  }
  return { package: name, version, folder, exports: manifest.exports, builders: parsed.data.builders };
}
