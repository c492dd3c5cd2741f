import type Docker from "dockerode";

/** The part of an image's config that the runtime contract is about. */
export interface ImageConfig {
  user: string;
  workdir: string;
  entrypoint: string[] | undefined;
  cmd: string[] | undefined;
  labels: Record<string, string>;
  env: Record<string, string>;
}

/** What the engine says of an image it has. Empty lists count as unset, as engines write both. */
export async function imageConfig(docker: Docker, image: string): Promise<ImageConfig> {
  const { Config } = await docker.getImage(image).inspect();
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
