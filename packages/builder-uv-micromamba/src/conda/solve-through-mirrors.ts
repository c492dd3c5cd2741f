import type { CondaSolver } from "./conda-package.ts";

/** A solver that reads channels through mirrors, and whose answer names the channels themselves. */
export function solveThroughMirrors(solver: CondaSolver, through: (channel: string) => string): CondaSolver {
  return async (request) => {
    const channels = new Map(request.channels.map((channel) => [through(channel), channel]));
    const specs = request.specs.map((spec) => {
      const channel = request.channels.find((one) => namesChannel(spec, one));
      return channel === undefined ? spec : `${through(channel)}::${spec.slice(spec.indexOf("::") + 2)}`;
    });
    const packages = await solver({ ...request, channels: [...channels.keys()], specs });
    return packages.map((pack) => {
      const channel = channels.get(pack.channel);
      if (channel === undefined) return pack;
      return { ...pack, channel, url: `${channel}${pack.url.slice(pack.channel.length)}` };
    });
  };
}

/** Whether a package is asked for of this channel: `conda-forge::numpy`, or by its address. */
function namesChannel(spec: string, channel: string): boolean {
  const at = spec.indexOf("::");
  return at > 0 && (channel === spec.slice(0, at) || channel.endsWith(`/${spec.slice(0, at)}`));
}
