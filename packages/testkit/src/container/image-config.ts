import { json } from "node:stream/consumers";
import type { ContainerEngine } from "@imagespec/container-engine";

/** The part of an image's config that the runtime contract is about. */
export interface ImageConfig {
  user: string;
  workdir: string;
  entrypoint: string[] | undefined;
  cmd: string[] | undefined;
  labels: Record<string, string>;
  env: Record<string, string>;
}

/** The fields as engines and OCI image configs write them. */
export interface ConfigFields {
  User?: string | null;
  WorkingDir?: string | null;
  Entrypoint?: string[] | string | null;
  Cmd?: string[] | string | null;
  Labels?: Record<string, string> | null;
  Env?: string[] | null;
}

/** What the engine says of an image it has. */
export async function imageConfig(engine: ContainerEngine, image: string): Promise<ImageConfig> {
  const described = await engine.request({ method: "GET", path: `/images/${image}/json` }, json);
  return configFields((described as { Config: ConfigFields }).Config);
}

/** The part of a config that the contract is about. Empty lists count as unset, as engines write both. */
export function configFields(fields: ConfigFields): ImageConfig {
  const list = (value: string | string[] | undefined | null) => {
    const items = value === undefined || value === null ? [] : [value].flat();
    return items.length > 0 ? items : undefined;
  };
  return {
    user: fields.User ?? "",
    workdir: fields.WorkingDir ?? "",
    entrypoint: list(fields.Entrypoint),
    cmd: list(fields.Cmd),
    labels: fields.Labels ?? {},
    env: Object.fromEntries((fields.Env ?? []).map((pair) => splitPair(pair))),
  };
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf("=");
  return [pair.slice(0, at), pair.slice(at + 1)];
}
