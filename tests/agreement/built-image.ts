import { type ImageSource, parsePlatform, type RegistryClient, readImage } from "@imagespec/registry";
import { type Inventory, inventoryOf } from "./inventory.ts";

/** All of an image that has to be the same whoever built it. */
export interface BuiltImage {
  inventory: Inventory;
  /** Fields of the config by name (OCI image-spec, config.md); of `Env` and `Labels` each entry by itself. */
  config: Map<string, string>;
  /** `name==version` of each distribution that Python finds in the environment. */
  distributions: string[];
  /** X.Y.Z of the Pythons that may have compiled its bytecode: the environment's, and those that its history names. */
  pythons: string[];
}

/** Reads an image from its registry, layer by layer, by its digest. */
export async function readBuiltImage(
  client: RegistryClient,
  { reference, digest, platform }: { reference: string; digest: string; platform: string },
): Promise<BuiltImage> {
  return readBuiltImageFrom(client.repository(reference, { mirror: false }), { digest, platform });
}

/** Reads an image from where it is, layer by layer, by its digest or that of its index. */
export async function readBuiltImageFrom(
  source: ImageSource,
  { digest, platform }: { digest: string; platform: string },
): Promise<BuiltImage> {
  const image = await readImage(source, digest, parsePlatform(platform));
  const inventory = await inventoryOf(source, image.manifest.layers);
  return {
    inventory,
    config: configFields(image.config),
    distributions: distributionsIn(inventory),
    pythons: pythonsOf(inventory, image.config),
  };
}

type ConfigDocument = Awaited<ReturnType<typeof readImage>>["config"];

function pythonsOf(inventory: Inventory, { history = [] }: ConfigDocument): string[] {
  const texts = [
    ...history.map(({ created_by }) => /bytecode by Python (\S+)/.exec(String(created_by))),
    /^version_info = (\S+)/m.exec(inventory.get("opt/venv/pyvenv.cfg")?.text ?? ""),
  ];
  return [...new Set(texts.flatMap((match) => match?.[1] ?? []))];
}

function configFields(document: ConfigDocument): Map<string, string> {
  const { os, architecture, variant } = document;
  const { Env = [], Labels, ...fields } = document.config ?? {};
  const found = new Map<string, string>(
    Object.entries({ os, architecture, variant, ...fields })
      // To OCI null is the same as nothing.
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, JSON.stringify(value)]),
  );
  for (const entry of Env) {
    const at = entry.indexOf("=");
    found.set(`Env ${entry.slice(0, at)}`, JSON.stringify(entry.slice(at + 1)));
  }
  for (const [name, value] of Object.entries(Labels ?? {})) found.set(`Labels ${name}`, JSON.stringify(value));
  return found;
}

function distributionsIn(inventory: Inventory): string[] {
  const found: string[] = [];
  for (const path of inventory.keys()) {
    const match = /^opt\/.*\/site-packages\/([^/]+)-([^/-]+)\.dist-info\/METADATA$/.exec(path);
    if (match) found.push(`${match[1]}==${match[2]}`);
  }
  return found.sort();
}
