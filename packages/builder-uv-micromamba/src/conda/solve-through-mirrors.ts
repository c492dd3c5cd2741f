import type { CondaSolver } from "./conda-package.ts";
import { namedSubdir, splitSpec } from "./match-spec.ts";

/** A solver that reads channels through mirrors, and whose answer names the channels themselves. */
export function solveThroughMirrors(solver: CondaSolver, through: (channel: string) => string): CondaSolver {
  return async (request) => {
    const channels = new Map(request.channels.map((channel) => [through(channel), channel]));
    const specs = request.specs.map((spec) => {
      const { channel: named, bare } = splitSpec(spec);
      if (named === undefined) return spec;
      for (const [mirror, channel] of channels) {
        const subdir = namedSubdir(named, channel, [request.subdir, "noarch"]);
        if (subdir !== undefined) return `${mirror}${subdir === "" ? "" : `/${subdir}`}::${bare}`;
      }
      return spec;
    });
    const packages = await solver({ ...request, channels: [...channels.keys()], specs });
    return packages.map((pack) => {
      const channel = channels.get(pack.channel);
      if (channel === undefined) return pack;
      return { ...pack, channel, url: `${channel}${pack.url.slice(pack.channel.length)}` };
    });
  };
}
