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

interface EngineConfig {
  User: string;
  WorkingDir: string;
  Entrypoint?: string[] | string | null;
  Cmd?: string[] | string | null;
  Labels?: Record<string, string> | null;
  Env?: string[] | null;
}

/** What the engine says of an image it has. Empty lists count as unset, as engines write both. */
export async function imageConfig(engine: ContainerEngine, image: string): Promise<ImageConfig> {
  const described = await engine.request({ method: "GET", path: `/images/${image}/json` }, json);
  const { Config } = described as { Config: EngineConfig };
  const list = (value: string | string[] | undefined | null) => {
    const items = value === undefined || value === null ? [] : [value].flat();
    return items.length > 0 ? items : undefined;
  };
  return {
    user: Config.User,
    workdir: Config.WorkingDir,
    entrypoint: list(Config.Entrypoint),
    cmd: list(Config.Cmd),
    labels: Config.Labels ?? {},
    env: Object.fromEntries((Config.Env ?? []).map((pair) => splitPair(pair))),
  };
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf("=");
  return [pair.slice(0, at), pair.slice(at + 1)];
}
